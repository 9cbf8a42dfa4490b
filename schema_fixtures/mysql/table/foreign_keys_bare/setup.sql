-- requires: mariadb>=10.5
-- no reference: a server that reads it makes an index for the key again, or refuses it
SET foreign_key_checks = 0;
CREATE TABLE parent (id INT PRIMARY KEY);
CREATE TABLE plain (a INT, b INT, CONSTRAINT `k ``x` FOREIGN KEY (a) REFERENCES parent (id), CONSTRAINT two FOREIGN KEY (b, a) REFERENCES gone (x, y));
ALTER TABLE plain DROP KEY `k ``x`, DROP KEY two;
CREATE TABLE texts (a VARCHAR(40));
ALTER TABLE texts ADD FOREIGN KEY (a) REFERENCES gone (x);
ALTER TABLE texts ADD FULLTEXT INDEX f1 (a);
ALTER TABLE texts ADD FULLTEXT INDEX f2 (a);
CREATE TABLE `p``t` (`i``d` INT PRIMARY KEY);
CREATE TABLE quoted (`d``d` INT, CONSTRAINT `k``q` FOREIGN KEY (`d``d`) REFERENCES `p``t` (`i``d`) ON DELETE CASCADE);
INSERT INTO texts VALUES ('one'), (NULL);
INSERT INTO plain VALUES (1, 2);
