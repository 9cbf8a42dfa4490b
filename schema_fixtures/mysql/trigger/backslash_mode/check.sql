SELECT trigger_name, sql_mode, action_statement, action_order FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY action_order;
INSERT INTO t (a) VALUES ('y'); SELECT * FROM t; DELETE FROM t;
