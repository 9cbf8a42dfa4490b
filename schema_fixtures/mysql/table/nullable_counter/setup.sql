-- requires: mariadb>=10.5
CREATE TABLE counted (a INT, b INT AUTO_INCREMENT NULL, c INT NOT NULL, UNIQUE (b));
INSERT INTO counted (a, c) VALUES (1, 1), (2, 2);
CREATE TABLE with_nulls (a INT, b INT AUTO_INCREMENT NULL, UNIQUE (b)) ENGINE = MyISAM;
INSERT INTO with_nulls (a) VALUES (1), (2), (3), (4);
UPDATE with_nulls SET b = NULL WHERE a IN (1, 3);
UPDATE with_nulls SET b = 0 WHERE a = 2;
CREATE TABLE parted (a INT, b INT AUTO_INCREMENT NULL, KEY (b)) PARTITION BY HASH (a) PARTITIONS 2;
INSERT INTO parted (a) VALUES (1), (2), (3), (4);
UPDATE parted SET b = NULL WHERE a IN (1, 3);
UPDATE parted SET b = -7 WHERE a = 2;
