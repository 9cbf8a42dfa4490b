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
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

-- routine ansi "x procedure
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;
CREATE DEFINER="root"@"localhost" PROCEDURE "ansi ""x"()
BEGIN SELECT "a", 'b\' || 'c;' FROM "t"; END
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine latin procedure
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = '', character_set_client = 'latin1', collation_connection = 'latin1_swedish_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `latin`()
SELECT 'ã©'
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine other_default function
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = '', character_set_client = 'latin1', collation_connection = 'latin1_swedish_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `other_default`(a VARCHAR(10)) RETURNS varchar(10) CHARSET latin1 COLLATE latin1_swedish_ci
    NO SQL
RETURN a
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine p function
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `p`() RETURNS int(11)
    NO SQL
RETURN 1
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine p procedure
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` PROCEDURE `p`()
SELECT 1
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine p"q'`r; procedure
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;;
CREATE /*!999999 ` */ DEFINER=`root`@`localhost` PROCEDURE `p"q'``r;`(IN `a``b` INT, OUT o VARCHAR(10) CHARSET latin1)
    MODIFIES SQL DATA
    COMMENT 'it''s; a comment'
BEGIN
  -- a comment; with 'quotes
  /* and another */
  SELECT 1; SELECT ';;'; # x
  SET o = 'a';
END
/*!999999 " */
;;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

-- routine üf function
ALTER DATABASE COLLATE latin1_swedish_ci;
SET @dumpkeep_sql_mode = @@sql_mode, @dumpkeep_character_set_client = @@character_set_client, @dumpkeep_collation_connection = @@collation_connection, sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION', character_set_client = 'utf8mb4', collation_connection = 'utf8mb4_general_ci';
DELIMITER ;;
CREATE DEFINER=`root`@`localhost` FUNCTION `üf`(x INT) RETURNS varchar(30) CHARSET utf8mb4 COLLATE utf8mb4_general_ci
    DETERMINISTIC
    SQL SECURITY INVOKER
RETURN CONCAT('é€', x)
;;
DELIMITER ;
SET sql_mode = @dumpkeep_sql_mode, character_set_client = @dumpkeep_character_set_client, collation_connection = @dumpkeep_collation_connection;
ALTER DATABASE COLLATE utf8mb4_general_ci;

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
