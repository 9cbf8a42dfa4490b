-- requires: mysql>=5.6 mariadb>=10.5
DELIMITER //
CREATE PROCEDURE p(do INT, package INT, begin INT, end INT) BEGIN SELECT do; SELECT end; END//
CREATE FUNCTION f(repeatable INT, do INT) RETURNS INT NO SQL IF do THEN RETURN 1; ELSE RETURN 2; END IF//
