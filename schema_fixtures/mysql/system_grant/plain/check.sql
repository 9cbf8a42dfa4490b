SELECT host, db, user, table_name, table_priv, column_priv FROM mysql.tables_priv WHERE user IN ('u', 'o''b') ORDER BY 1, 2, 3, 4;
SELECT host, db, user, table_name, column_name, column_priv FROM mysql.columns_priv WHERE user IN ('u', 'o''b') ORDER BY 1, 2, 3, 4, 5;
