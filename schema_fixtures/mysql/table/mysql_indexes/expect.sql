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
SET @dumpkeep_set = IF(@@innodb_strict_mode = 0, 'DO 0', 'SET SESSION innodb_strict_mode = 0');
PREPARE dumpkeep FROM @dumpkeep_set;
EXECUTE dumpkeep;
DEALLOCATE PREPARE dumpkeep;
-- database_settings fixture
ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;

-- table auto
CREATE TABLE `auto` (
  `a` int(10) unsigned zerofill NOT NULL AUTO_INCREMENT,
  `b` int DEFAULT NULL,
  KEY `b` (`b`,`a`),
  KEY `a` (`a`)
) /*!80023 AUTOEXTEND_SIZE=4194304 */ ENGINE=InnoDB AUTO_INCREMENT=4711 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table black
CREATE TABLE `black` (
  `a` int DEFAULT NULL,
  KEY `a` (`a`)
) ENGINE=BLACKHOLE DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table child
CREATE TABLE `child` (
  `x` int DEFAULT NULL,
  KEY `x` (`x`),
  CONSTRAINT `child_ibfk_1` FOREIGN KEY (`x`) REFERENCES `parent` (`x`) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table com
CREATE TABLE `com` (
  `a` int DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=COMPACT COMPRESSION='zlib';

-- table gipk
CREATE TABLE `gipk` (
  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,
  `a` int DEFAULT NULL,
  PRIMARY KEY (`my_row_id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table i
CREATE TABLE `i` (
  `id` int NOT NULL,
  `a` int DEFAULT NULL,
  `b` varchar(100) DEFAULT NULL,
  `c` text,
  `j` json DEFAULT NULL,
  `p` point NOT NULL /*!80003 SRID 4326 */,
  `q` geometry NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`b`(10)),
  KEY `d` (`a` DESC,`b`),
  KEY `hidden` (`b`) COMMENT 'it''s; hidden' /*!80000 INVISIBLE */,
  KEY `w``;x` (`c`(20)),
  SPATIAL KEY `s` (`p`),
  KEY `e` (`a`),
  KEY `f` (((`a` + 1)),(lower(`b`)) DESC),
  KEY `mv` ((cast(json_extract(`j`,_utf8mb4'$.z') as unsigned array))),
  FULLTEXT KEY `ng` (`c`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `lax` CHECK ((`a` > 100)) /*!80016 NOT ENFORCED */,
  CONSTRAINT `strict` CHECK ((`id` > 0))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table opts
CREATE TABLE `opts` (
  `a` int NOT NULL,
  `b` varchar(10) /*!50606 COLUMN_FORMAT FIXED */ DEFAULT NULL COMMENT 'c''d',
  `c` int NOT NULL DEFAULT (floor(1.5)),
  `d` int GENERATED ALWAYS AS ((`a` * 2)) STORED NOT NULL COMMENT 'gen',
  PRIMARY KEY (`a`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci MIN_ROWS=2 MAX_ROWS=9 AVG_ROW_LENGTH=5 STATS_PERSISTENT=1 STATS_AUTO_RECALC=0 STATS_SAMPLE_PAGES=7 ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 COMMENT='o''pts; ?';

-- table parent
CREATE TABLE `parent` (
  `x` int DEFAULT NULL,
  `y` int DEFAULT NULL,
  KEY `x` (`x`,`y`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- table red
CREATE TABLE `red` (
  `a` int DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci ROW_FORMAT=REDUNDANT;

-- table vec
CREATE TABLE `vec` (
  `v` vector(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

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
