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

-- table h
CREATE TABLE `h` (
  `a` int DEFAULT NULL,
  `b``c` varchar(10) DEFAULT NULL,
  `c` date DEFAULT NULL,
  `d` decimal(6,2) DEFAULT NULL,
  `e` enum('x','y''z') DEFAULT NULL,
  `f` double DEFAULT NULL,
  `g` datetime(3) DEFAULT NULL,
  `h` time DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;

-- histogram h.a
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `a` USING DATA '{"buckets": [[1, 2, 0.5, 2], [3, 4, 1.0, 2]], "data-type": "int", "auto-update": false, "null-values": 0.0, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "equi-height", "number-of-buckets-specified": 2}';

-- histogram h.b`c
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `b``c` USING DATA '{"buckets": [["base64:type254:", 0.25], ["base64:type254:8J+YgA==", 0.5], ["base64:type254:YSdc", 0.75], ["base64:type254:w6k=", 1.0]], "data-type": "string", "auto-update": false, "null-values": 0.0, "collation-id": 255, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

-- histogram h.c
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `c` USING DATA '{"buckets": [["2020-01-01", "2021-01-01", 0.5, 2], ["2022-02-02", "2022-02-02", 0.75, 1]], "data-type": "date", "auto-update": false, "null-values": 0.25, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "equi-height", "number-of-buckets-specified": 2}';

-- histogram h.d
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `d` USING DATA '{"buckets": [[1.25, 0.25], [2.25, 0.5], [3.75, 0.75], [4.55, 1.0]], "data-type": "decimal", "auto-update": false, "null-values": 0.0, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

-- histogram h.e
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `e` USING DATA '{"buckets": [[1, 0.5], [2, 0.75]], "data-type": "enum", "auto-update": false, "null-values": 0.25, "collation-id": 255, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

-- histogram h.f
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `f` USING DATA '{"buckets": [[-0.0, 0.25], [0.1, 0.5], [5.0, 0.75], [1e300, 1.0]], "data-type": "double", "auto-update": false, "null-values": 0.0, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

-- histogram h.g
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `g` USING DATA '{"buckets": [["1999-01-01 00:00:00.000000", 0.25], ["2020-01-01 00:00:00.500000", 0.5], ["2021-01-01 00:00:00.000000", 0.75]], "data-type": "datetime", "auto-update": false, "null-values": 0.25, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

-- histogram h.h
ANALYZE TABLE `h` UPDATE HISTOGRAM ON `h` USING DATA '{"buckets": [["-11:00:00.000000", 0.25], ["01:01:01.000000", 0.5], ["10:00:00.000000", 0.75]], "data-type": "time", "auto-update": false, "null-values": 0.25, "collation-id": 8, "sampling-rate": 1.0, "histogram-type": "singleton", "number-of-buckets-specified": 100}';

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
