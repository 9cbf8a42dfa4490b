SELECT table_name, column_name, column_default FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2;
SELECT * FROM t;
