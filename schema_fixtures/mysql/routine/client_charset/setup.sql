-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers write comments in another character set
SET NAMES latin1;
CREATE DEFINER = `dé`@localhost PROCEDURE `é ``e`(`pé` INT, q ENUM('é')) COMMENT 'l''é \\ "\n' SELECT 'é', `pé`;
CREATE DEFINER = root@localhost FUNCTION `fé`(`pé` INT) RETURNS VARCHAR(10) DETERMINISTIC COMMENT 'COMMENT ''é' RETURN 'é';
SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE DEFINER = "dé"@localhost PROCEDURE "ansi é"() COMMENT 'é \' SELECT 'é';
