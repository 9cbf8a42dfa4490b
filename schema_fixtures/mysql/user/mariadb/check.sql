SHOW CREATE USER `o'b`@`%`; SHOW CREATE USER locked@localhost; SHOW CREATE USER gone@localhost; SHOW CREATE USER never@localhost; SHOW CREATE USER two@localhost; SHOW CREATE USER `a``b"c;`@`10.0.0.0/255.0.0.0`; SHOW CREATE USER ''@localhost;
SELECT user, host, JSON_REMOVE(priv, '$.password_last_changed') FROM mysql.global_priv WHERE user <> 'root' ORDER BY user, host;
