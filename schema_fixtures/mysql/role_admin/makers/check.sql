SELECT * FROM mysql.roles_mapping WHERE host <> '' OR role <> '' ORDER BY 1, 2, 3;
