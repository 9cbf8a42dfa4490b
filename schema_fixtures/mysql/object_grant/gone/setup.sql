-- requires: mysql>=5.6 mariadb>=10.5
CREATE USER u@localhost; CREATE USER `o'b`@`%`;
CREATE TABLE gone (a INT); CREATE TABLE kept (a INT);
GRANT SELECT, UPDATE ON gone TO u@localhost; GRANT INSERT ON gone TO `o'b`@`%` WITH GRANT OPTION;
GRANT CREATE, DROP ON `not yet` TO u@localhost; GRANT SELECT ON kept TO `o'b`@`%`;
CREATE TABLE changed (a INT, `b``c` INT, d INT); GRANT SELECT (a, `b``c`), INSERT (d), DELETE ON changed TO u@localhost;
DROP TABLE gone;
ALTER TABLE changed ADD e INT;
