-- requires: mariadb>=10.5
-- no reference: no server makes the key beside the other table as it is
SET foreign_key_checks = 0;
CREATE TABLE a_signed (a BIGINT, KEY a (a), CONSTRAINT signs FOREIGN KEY (a) REFERENCES `b``unsigned` (id) ON DELETE CASCADE);
CREATE TABLE `b``unsigned` (id BIGINT UNSIGNED NOT NULL, PRIMARY KEY (id), name VARCHAR(20) DEFAULT 'x') ENGINE = MyISAM;
ALTER TABLE `b``unsigned` ENGINE = InnoDB;
CREATE TABLE c_lost (a VARCHAR(40), KEY a (a), CONSTRAINT lost FOREIGN KEY (a) REFERENCES d_other (gone) ON UPDATE CASCADE);
CREATE TABLE d_other (c1 BIGINT NOT NULL, PRIMARY KEY (c1)) ENGINE = MyISAM;
ALTER TABLE d_other ENGINE = InnoDB;
CREATE TABLE f_plain (id INT PRIMARY KEY);
CREATE TABLE e_bare (a INT, KEY a (a), CONSTRAINT bare FOREIGN KEY (a) REFERENCES f_plain (id));
ALTER TABLE f_plain DROP PRIMARY KEY, ALGORITHM = COPY;
CREATE TABLE g_child (a VARCHAR(30) CHARACTER SET latin1, KEY a (a), CONSTRAINT wide FOREIGN KEY (a) REFERENCES h_wide (name) ON DELETE CASCADE);
CREATE TABLE h_wide (name VARCHAR(250) NOT NULL, other VARCHAR(250) NOT NULL, n INT NOT NULL AUTO_INCREMENT, KEY n (n)) CHARACTER SET utf8mb4 ENGINE = MyISAM;
ALTER TABLE h_wide ADD PRIMARY KEY (name, other), ADD UNIQUE KEY u (other, name) COMMENT 'a, b', ENGINE = InnoDB;
INSERT INTO g_child VALUES ('k'); INSERT INTO h_wide VALUES ('k', 'o', 7);
INSERT INTO a_signed VALUES (1); INSERT INTO `b``unsigned` VALUES (1, 'y'), (18446744073709551615, 'z');
INSERT INTO c_lost VALUES ('q'); INSERT INTO d_other VALUES (4); INSERT INTO e_bare VALUES (7); INSERT INTO f_plain VALUES (7), (7);
