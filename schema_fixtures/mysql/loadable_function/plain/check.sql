SELECT * FROM mysql.func ORDER BY name;
