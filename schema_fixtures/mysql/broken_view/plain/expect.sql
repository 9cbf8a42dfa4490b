SET @dumpkeep_old_client = @@character_set_client, @dumpkeep_old_results = @@character_set_results, @dumpkeep_old_collation = @@collation_connection;
SET NAMES utf8mb4;
SET @dumpkeep_old_time_zone = @@time_zone, time_zone = '+00:00';
SET @dumpkeep_old_sql_mode = @@sql_mode, sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
SET @dumpkeep_old_unique_checks = @@unique_checks, unique_checks = 0;
SET @dumpkeep_old_foreign_key_checks = @@foreign_key_checks, foreign_key_checks = 0;
SET @dumpkeep_old_sql_notes = @@sql_notes, sql_notes = 0;
SET @dumpkeep_old_autocommit = @@autocommit, autocommit = 1;
SET @dumpkeep_old_sql_quote_show_create = @@sql_quote_show_create, sql_quote_show_create = 1;
SET @dumpkeep_old_check_constraint_checks = @@check_constraint_checks, check_constraint_checks = 0;
SET @dumpkeep_old_div_precision_increment = @@div_precision_increment, div_precision_increment = 4;
SET @dumpkeep_old_default_week_format = @@default_week_format, default_week_format = 0;
SET @dumpkeep_old_lc_time_names = @@lc_time_names, lc_time_names = 'en_US';
SET SESSION TRANSACTION READ WRITE;
/*M!100101 SET @dumpkeep_old_statement_time = @@max_statement_time, max_statement_time = 0 */;
/*M!100601 SET @dumpkeep_old_old_mode = @@old_mode, old_mode = 'UTF8_IS_UTF8MB3' */;
/*M!110201 SET @dumpkeep_old_collations = @@character_set_collations, character_set_collations = '' */;
SET @dumpkeep_set = IF(@@system_versioning_insert_history = 1, 'DO 0', 'SET SESSION system_versioning_insert_history = 1');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@explicit_defaults_for_timestamp = 1, 'DO 0', 'SET SESSION explicit_defaults_for_timestamp = 1');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@innodb_strict_mode = 0, 'DO 0', 'SET SESSION innodb_strict_mode = 0');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
-- database_settings fixture
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci;

-- broken_view v6
CREATE TABLE `kept` (`a` VARCHAR(1), `c` VARCHAR(1), `x` VARCHAR(1), dumpkeep INT);
CREATE TABLE `dumpkeep_stand_in` (`a` VARCHAR(1), `c` VARCHAR(1), `x` VARCHAR(1), dumpkeep INT);
CREATE VIEW `v3` AS SELECT dumpkeep, `a`, `c`, `x` FROM `dumpkeep_stand_in`;
CREATE VIEW `v2` AS SELECT dumpkeep, `a`, `c`, `x` FROM `dumpkeep_stand_in`;
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=TEMPTABLE DEFINER=`nobody`@`nowhere` SQL SECURITY DEFINER VIEW `v6` AS select `k`.`a` AS `a` from (`kept` `k` left join `v3` on(`v3`.`c` = `k`.`a`)) union select `v2`.`x` AS `x` from `v2` order by 1 limit 3;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP VIEW `v3`;
DROP VIEW `v2`;
DROP TABLE `kept`;
DROP TABLE `dumpkeep_stand_in`;

-- broken_view v2
CREATE TABLE `kept` (`a` VARCHAR(1), `b``x` VARCHAR(1), `c` VARCHAR(1), dumpkeep INT);
CREATE TABLE `dumpkeep_stand_in` (`a` VARCHAR(1), `b``x` VARCHAR(1), `c` VARCHAR(1), dumpkeep INT);
CREATE VIEW `v1` AS SELECT dumpkeep, `a`, `b``x`, `c` FROM `dumpkeep_stand_in`;
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v2` AS select `v1`.`a` + 1 AS `x` from `v1` where `v1`.`b``x` = 'é' and exists(select 1 from `kept` where `kept`.`c` = `v1`.`a` limit 1);
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP VIEW `v1`;
DROP TABLE `kept`;
DROP TABLE `dumpkeep_stand_in`;

-- broken_view v1
CREATE TABLE `gone` (`a` VARCHAR(1), `b``x` VARCHAR(1), dumpkeep INT);
CREATE TABLE `kept` (`a` VARCHAR(1), `b``x` VARCHAR(1), dumpkeep INT);
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v1` AS select `g`.`a` AS `a`,`g`.`b``x` AS `b``x`,count(0) AS `n` from (`gone` `g` join `kept` on(`g`.`a` = `kept`.`a`)) where `g`.`a` > 1 group by `g`.`a`,`g`.`b``x`;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP TABLE `gone`;
DROP TABLE `kept`;

-- broken_view v3
CREATE TABLE `kept` (`c` VARCHAR(1), dumpkeep INT);
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY INVOKER VIEW `v3` AS select `kept`.`c` AS `c` from `kept`;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP TABLE `kept`;

-- broken_view v4
CREATE TABLE `kept` (`a` VARCHAR(1), `c` VARCHAR(1), dumpkeep INT);
CREATE FUNCTION `f`(a0 INT, a1 INT) RETURNS INT DETERMINISTIC RETURN NULL;
CREATE FUNCTION `kept_function`() RETURNS INT DETERMINISTIC RETURN NULL;
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v4` AS select `f`(`kept`.`a`,`kept`.`c` + `f`(1,2)) AS `z`,`kept_function`() AS `k` from `kept`;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP TABLE `kept`;
DROP FUNCTION `f`;
DROP FUNCTION `kept_function`;

-- broken_view v5 `x
CREATE TABLE `gone` (`a` VARCHAR(1), dumpkeep INT);
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v5 ``x` AS select `gone`.`a` AS `a` from `gone` WITH CASCADED CHECK OPTION;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
DROP TABLE `gone`;

-- table kept
CREATE TABLE `kept` (
  `a` int(11) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;

-- routine kept_function function
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `kept_function`() RETURNS int(11)
    DETERMINISTIC
RETURN 1
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;

-- view whole
SET @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `whole` AS select `kept`.`a` AS `a` from `kept`;
SET character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;

SET time_zone = @dumpkeep_old_time_zone;
SET sql_mode = @dumpkeep_old_sql_mode;
SET unique_checks = @dumpkeep_old_unique_checks;
SET foreign_key_checks = @dumpkeep_old_foreign_key_checks;
SET sql_notes = @dumpkeep_old_sql_notes;
SET autocommit = @dumpkeep_old_autocommit;
SET sql_quote_show_create = @dumpkeep_old_sql_quote_show_create;
SET check_constraint_checks = @dumpkeep_old_check_constraint_checks;
SET div_precision_increment = @dumpkeep_old_div_precision_increment;
SET default_week_format = @dumpkeep_old_default_week_format;
SET lc_time_names = @dumpkeep_old_lc_time_names;
/*M!100101 SET max_statement_time = @dumpkeep_old_statement_time */;
/*M!100601 SET old_mode = @dumpkeep_old_old_mode */;
/*M!110201 SET character_set_collations = @dumpkeep_old_collations */;
SET character_set_client = @dumpkeep_old_client, character_set_results = @dumpkeep_old_results, collation_connection = @dumpkeep_old_collation;
-- dumpkeep: complete
