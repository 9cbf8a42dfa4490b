-- requires: mysql>=8.0.16
-- no reference: no server makes the key beside the other table as it is
SET foreign_key_checks = 0;
CREATE TABLE z_parent (id INT PRIMARY KEY, name VARCHAR(20), UNIQUE KEY (name)) CHARACTER SET utf8mb4;
CREATE TABLE a_child (n INT, `fn``ame` VARCHAR(20) NOT NULL DEFAULT 'é' COMMENT 'CHARACTER SET x', CONSTRAINT k FOREIGN KEY (`fn``ame`) REFERENCES z_parent (name) ON DELETE CASCADE) CHARACTER SET utf8mb4;
ALTER TABLE a_child CONVERT TO CHARACTER SET latin1;
INSERT INTO z_parent VALUES (1, 'é'); INSERT INTO a_child VALUES (1, 'é'), (2, 'ü');
