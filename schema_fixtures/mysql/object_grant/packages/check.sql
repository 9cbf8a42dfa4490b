SELECT host, db, user, routine_name, routine_type, proc_priv FROM mysql.procs_priv WHERE db = DATABASE() ORDER BY 1, 2, 3, 4, 5;
