-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE `a``b` (`c``d` INT PRIMARY KEY, `e'f` INT, `g"h` INT, `i;j` INT, `k\l` INT, `select` INT, ` m` INT,
  `ü €` INT, `--` INT, `/*!50000 x*/` INT, KEY `k``1` (`e'f`), KEY `k;2` (`g"h`, `i;j`))
  COMMENT = 'it''s; -- a "comment" with \\ and\nlines';
INSERT INTO `a``b` VALUES (1,2,3,4,5,6,7,8,9,10);
CREATE TABLE `x;DROP TABLE y` (a INT COMMENT ';');
CREATE TABLE `--` (a INT);
CREATE TABLE `#1` (a INT);
CREATE TABLE `order` (`group` INT);
CREATE TABLE `\.` (a INT);
CREATE TABLE `MixedCase` (`AbC` INT);
