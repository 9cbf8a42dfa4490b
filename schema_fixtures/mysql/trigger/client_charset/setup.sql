-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers write its definer in another character set
SET NAMES latin1;
CREATE TABLE `té` (`cé` VARCHAR(20) CHARACTER SET utf8);
CREATE DEFINER = `dé`@localhost TRIGGER `ré` BEFORE INSERT ON `té` FOR EACH ROW SET NEW.`cé` = 'é';
CREATE TABLE plain (a VARCHAR(20) CHARACTER SET utf8);
CREATE DEFINER = root@localhost TRIGGER r BEFORE INSERT ON plain FOR EACH ROW SET NEW.a = 'é';
