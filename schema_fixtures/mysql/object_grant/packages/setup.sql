-- requires: mariadb>=10.5
-- no reference: its own dump needs the mode that was set when the grant was made
CREATE USER u@localhost;
SET sql_mode = ORACLE;
DELIMITER //
CREATE PACKAGE `p ``k` AS PROCEDURE x; END//
CREATE PACKAGE BODY `p ``k` AS PROCEDURE x AS BEGIN NULL; END; END//
DELIMITER ;
GRANT EXECUTE ON PACKAGE `p ``k` TO u@localhost WITH GRANT OPTION;
GRANT EXECUTE, ALTER ROUTINE ON PACKAGE BODY `p ``k` TO u@localhost;
SET sql_mode = '';
