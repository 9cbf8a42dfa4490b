SELECT table_name, index_name, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2, 3;
SELECT constraint_name, table_name, column_name, referenced_table_name, referenced_column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE() ORDER BY 1, 2, 3;
SHOW CREATE TABLE plain; SHOW CREATE TABLE quoted;
SELECT * FROM texts;
SELECT * FROM plain;
