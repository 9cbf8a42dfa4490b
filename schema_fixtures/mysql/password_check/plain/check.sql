SELECT component_urn FROM mysql.component;
SELECT user, host, plugin, HEX(authentication_string), account_locked, password_expired FROM mysql.user WHERE user LIKE '%bare%' OR user = 'known' ORDER BY user;
SHOW GRANTS FOR known@localhost;
