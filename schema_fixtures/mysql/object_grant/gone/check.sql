SELECT host, db, user, table_name, table_priv, column_priv FROM mysql.tables_priv WHERE db = DATABASE() ORDER BY 1, 2, 3, 4;
SELECT host, db, user, table_name, column_name, column_priv FROM mysql.columns_priv WHERE db = DATABASE() ORDER BY 1, 2, 3, 4, 5;
SELECT host, db, user, routine_name, routine_type, proc_priv FROM mysql.procs_priv WHERE db = DATABASE() ORDER BY 1, 2, 3, 4, 5;
