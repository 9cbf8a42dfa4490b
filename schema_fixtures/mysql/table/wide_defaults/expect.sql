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

-- table constants
CREATE TABLE `constants` (
  `id` int(11) DEFAULT NULL,
  `a` text CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT 'it\'s \\ ',
  `b` tinytext CHARACTER SET utf16 COLLATE utf16_general_ci DEFAULT 'ж中',
  `c ``d` longtext CHARACTER SET utf16le COLLATE utf16le_general_ci DEFAULT '扡',
  `d` text CHARACTER SET utf32 COLLATE utf32_general_ci DEFAULT 'x',
  `e` text CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT '',
  `f` text CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT '12',
  `g` text CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT NULL,
  `h` varchar(9) CHARACTER SET ucs2 COLLATE ucs2_general_ci DEFAULT 'жx',
  `i` text DEFAULT 'ä',
  `j` int(11) DEFAULT 5
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='it''s';

-- table expressions
CREATE TABLE `expressions` (
  `id` int(11) DEFAULT NULL,
  `a` text DEFAULT concat('it\'s',convert(`id` using ucs2)),
  `b` varchar(40) CHARACTER SET utf16le COLLATE utf16le_general_ci DEFAULT ucase('ab'),
  `c` text DEFAULT 'ж'
) ENGINE=InnoDB DEFAULT CHARSET=ucs2 COLLATE=ucs2_general_ci;

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
