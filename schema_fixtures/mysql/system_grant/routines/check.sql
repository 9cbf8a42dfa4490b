SELECT host, db, user, routine_name, routine_type, proc_priv FROM mysql.procs_priv WHERE user = 'u' ORDER BY 1, 2, 3, 4, 5;
SELECT host, db, user, table_name, table_priv, column_priv FROM mysql.tables_priv WHERE user = 'u' ORDER BY 1, 2, 3, 4;
