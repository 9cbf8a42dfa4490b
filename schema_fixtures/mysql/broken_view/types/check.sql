SHOW CREATE VIEW v1; SHOW CREATE VIEW v2; SHOW CREATE VIEW v3; SHOW CREATE VIEW v4; SHOW CREATE VIEW v5; SHOW CREATE VIEW v6; SHOW CREATE VIEW v8;
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name;
SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE();
