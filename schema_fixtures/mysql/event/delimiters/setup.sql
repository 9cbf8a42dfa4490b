-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: mariadb-dump loops for ever over `;;` in an event
DELIMITER $$
CREATE EVENT e ON SCHEDULE EVERY 1 YEAR STARTS '2030-01-01 00:00:00' DISABLE DO BEGIN SELECT ';;'; /* ;;; ;; */ SELECT 2; END$$
CREATE PROCEDURE p() BEGIN SELECT ';;;'; END$$
DELIMITER ;
