SELECT * FROM mysql.servers ORDER BY server_name;
