SELECT server_name, host, db, username, password, port, socket, wrapper, owner FROM mysql.servers ORDER BY server_name;
