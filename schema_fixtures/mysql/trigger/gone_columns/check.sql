SELECT * FROM t; SHOW CREATE TABLE t;
SELECT trigger_name, event_manipulation, action_timing, action_statement FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1;
