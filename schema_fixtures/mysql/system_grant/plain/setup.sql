-- requires: mysql>=5.6 mariadb>=10.5
CREATE USER u@localhost; CREATE USER `o'b`@`%`;
GRANT SELECT ON mysql.user TO u@localhost; GRANT SELECT (db, host), UPDATE (user), DELETE ON mysql.db TO u@localhost WITH GRANT OPTION;
CREATE DATABASE `gone ``db`; CREATE TABLE `gone ``db`.`t``x` (a INT);
GRANT SELECT, INSERT ON `gone ``db`.`t``x` TO `o'b`@`%` WITH GRANT OPTION; GRANT ALL ON `gone ``db`.y TO u@localhost;
GRANT SELECT ON performance_schema.threads TO u@localhost;
DROP DATABASE `gone ``db`;
