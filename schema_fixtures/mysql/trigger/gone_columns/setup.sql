-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: no server makes the trigger beside the table as it is
CREATE TABLE t (a INT, `b``c` INT, d INT, e VARCHAR(10));
CREATE TRIGGER one BEFORE UPDATE ON t FOR EACH ROW SET NEW.`b``c` = OLD.`b``c` + NEW.a, NEW.e = 'NEW.x';
CREATE TRIGGER two AFTER INSERT ON t FOR EACH ROW SET @seen = NEW.d;
INSERT INTO t VALUES (1, 2, 3, 'x');
ALTER TABLE t DROP COLUMN `b``c`, DROP COLUMN d;
