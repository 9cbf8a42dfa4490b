SELECT user, host FROM mysql.user ORDER BY user, host;
SHOW GRANTS FOR `o'b`@`%`; SHOW GRANTS FOR plain@localhost;
