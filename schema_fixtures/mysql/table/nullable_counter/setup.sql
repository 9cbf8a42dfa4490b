-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE counted (a INT, b INT AUTO_INCREMENT NULL, c INT NOT NULL, UNIQUE (b));
INSERT INTO counted (a, c) VALUES (1, 1), (2, 2);
CREATE TABLE with_nulls (a INT, b INT AUTO_INCREMENT NULL, UNIQUE (b)) ENGINE = MyISAM;
INSERT INTO with_nulls (a) VALUES (1), (2), (3), (4);
UPDATE IGNORE with_nulls SET b = NULL WHERE a IN (1, 3);
UPDATE IGNORE with_nulls SET b = 0 WHERE a = 2;
CREATE TABLE parted (a INT, b INT AUTO_INCREMENT NULL, KEY (b)) PARTITION BY HASH (a) PARTITIONS 2;
INSERT INTO parted (a) VALUES (1), (2), (3), (4);
UPDATE IGNORE parted SET b = NULL WHERE a IN (1, 3);
UPDATE IGNORE parted SET b = -7 WHERE a = 2;
