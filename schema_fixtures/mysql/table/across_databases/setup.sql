-- requires: mysql>=5.6 mariadb>=10.5
CREATE DATABASE `fixture other`;
CREATE TABLE `fixture other`.parent (id INT PRIMARY KEY);
INSERT INTO `fixture other`.parent VALUES (1);
CREATE TABLE child (id INT, KEY (id), FOREIGN KEY (id) REFERENCES `fixture other`.parent (id));
INSERT INTO child VALUES (1), (NULL);
CREATE VIEW v AS SELECT c.id, p.id AS pid FROM child c JOIN `fixture other`.parent p ON p.id = c.id;
CREATE TRIGGER fixture.g BEFORE INSERT ON fixture.child FOR EACH ROW SET @x = (SELECT COUNT(*) FROM `fixture other`.parent);
