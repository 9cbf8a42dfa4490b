-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers write its name in another character set
SET NAMES latin1;
CREATE DEFINER = `dé`@localhost EVENT `é ``e` ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' DISABLE COMMENT 'l''é \\ "\n' DO SELECT 'é', "é";
SET NAMES cp1251;
CREATE DEFINER = root@localhost EVENT plain ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' DISABLE COMMENT 'é' DO SELECT 'é';
SET NAMES utf8;
CREATE DEFINER = root@localhost EVENT `же` ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' DISABLE COMMENT 'же' DO SELECT 'же';
