SET print_identified_with_as_hex = 1;
SHOW CREATE USER `o'b`@`%`; SHOW CREATE USER locked@localhost; SHOW CREATE USER gone@localhost; SHOW CREATE USER never@localhost; SHOW CREATE USER at@localhost; SHOW CREATE USER co@localhost;
SHOW CREATE USER `a``b"c;`@`10.0.0.0/255.0.0.0`; SHOW CREATE USER ''@localhost; SHOW CREATE USER two@localhost; SHOW CREATE USER expired_two@localhost; SHOW CREATE USER sha@localhost; SHOW CREATE USER reader;
SELECT user, host, HEX(authentication_string), user_attributes, password_expired, account_locked FROM mysql.user ORDER BY user, host;
