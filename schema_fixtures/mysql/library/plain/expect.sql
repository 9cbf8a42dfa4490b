SET @dumpkeep_old_client = @@character_set_client, @dumpkeep_old_results = @@character_set_results, @dumpkeep_old_collation = @@collation_connection;
SET NAMES utf8mb4;
SET @dumpkeep_old_time_zone = @@time_zone, time_zone = '+00:00';
SET @dumpkeep_old_sql_mode = @@sql_mode, sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION';
SET @dumpkeep_old_unique_checks = @@unique_checks, unique_checks = 0;
SET @dumpkeep_old_foreign_key_checks = @@foreign_key_checks, foreign_key_checks = 0;
SET @dumpkeep_old_sql_notes = @@sql_notes, sql_notes = 0;
SET @dumpkeep_old_autocommit = @@autocommit, autocommit = 1;
SET @dumpkeep_old_sql_quote_show_create = @@sql_quote_show_create, sql_quote_show_create = 1;
SET @dumpkeep_old_div_precision_increment = @@div_precision_increment, div_precision_increment = 4;
SET @dumpkeep_old_default_week_format = @@default_week_format, default_week_format = 0;
SET @dumpkeep_old_lc_time_names = @@lc_time_names, lc_time_names = 'en_US';
SET SESSION TRANSACTION READ WRITE;
SET @dumpkeep_set = IF(@@default_collation_for_utf8mb4 = 'utf8mb4_0900_ai_ci', 'DO 0', 'SET SESSION default_collation_for_utf8mb4 = utf8mb4_0900_ai_ci');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@restrict_fk_on_non_standard_key = 0, 'DO 0', 'SET SESSION restrict_fk_on_non_standard_key = 0');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@sql_generate_invisible_primary_key = 0, 'DO 0', 'SET SESSION sql_generate_invisible_primary_key = 0');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@sql_require_primary_key = 0, 'DO 0', 'SET SESSION sql_require_primary_key = 0');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
SET @dumpkeep_set = IF(@@explicit_defaults_for_timestamp = 1, 'DO 0', 'SET SESSION explicit_defaults_for_timestamp = 1');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
-- database_settings fixture
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;

-- library b
SET @dumpkeep_sql_mode = @@sql_mode, sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
DELIMITER ;;
CREATE LIBRARY `b`
    LANGUAGE JAVASCRIPT
AS ' export function g() { return "$$" } '
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode;

-- library lib `a
SET @dumpkeep_sql_mode = @@sql_mode, sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
DELIMITER ;;
CREATE /*!999999 ` */ LIBRARY `lib ``a`
    COMMENT 'c''x; é'
    LANGUAGE JAVASCRIPT
AS ' export function f(n) { /* '' '' */ return n } '
/*!999999 ` */
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode;

-- routine a_name function
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_0900_ai_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `a_name`(n INT) RETURNS int
    DETERMINISTIC
    LANGUAGE JAVASCRIPT
    USING (`b`)
AS ' return 1 // `fixture`.`b`\n'
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;

-- routine usejs function
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_0900_ai_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `usejs`(n INT) RETURNS int
    DETERMINISTIC
    LANGUAGE JAVASCRIPT
    USING (`lib ``a` AS `l`, `b`)
AS $$ return l.f(n) $$
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;

SET time_zone = @dumpkeep_old_time_zone;
SET sql_mode = @dumpkeep_old_sql_mode;
SET unique_checks = @dumpkeep_old_unique_checks;
SET foreign_key_checks = @dumpkeep_old_foreign_key_checks;
SET sql_notes = @dumpkeep_old_sql_notes;
SET autocommit = @dumpkeep_old_autocommit;
SET sql_quote_show_create = @dumpkeep_old_sql_quote_show_create;
SET div_precision_increment = @dumpkeep_old_div_precision_increment;
SET default_week_format = @dumpkeep_old_default_week_format;
SET lc_time_names = @dumpkeep_old_lc_time_names;
SET character_set_client = @dumpkeep_old_client, character_set_results = @dumpkeep_old_results, collation_connection = @dumpkeep_old_collation;
-- dumpkeep: complete
