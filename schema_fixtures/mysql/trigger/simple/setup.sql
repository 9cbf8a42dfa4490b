-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE t (a INT);
CREATE DEFINER = `gone`@`%` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = NEW.a + 1;
