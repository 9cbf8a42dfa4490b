SHOW GRANTS FOR part@localhost; SELECT user, user_attributes FROM mysql.user WHERE user = 'part';
