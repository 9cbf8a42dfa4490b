-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE off (a INT PRIMARY KEY, b INT, `c``d` INT, UNIQUE (b), KEY (`c``d`)) ENGINE = MyISAM;
ALTER TABLE off DISABLE KEYS;
INSERT INTO off VALUES (1, 2, 3), (4, 5, 6);
CREATE TABLE `on` (a INT PRIMARY KEY, b INT, KEY (b)) ENGINE = MyISAM;
INSERT INTO `on` VALUES (1, 2);
