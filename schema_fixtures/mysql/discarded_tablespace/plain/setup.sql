-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers stop at such a table
CREATE TABLE gone (a INT PRIMARY KEY, b TEXT, KEY (b(5))) ENGINE = InnoDB;
INSERT INTO gone VALUES (1, 'x');
CREATE TABLE `odd ``t/é` (a INT) ENGINE = InnoDB;
CREATE TABLE kept (a INT) ENGINE = InnoDB;
INSERT INTO kept VALUES (1);
CREATE TABLE rowless (a INT) ENGINE = InnoDB;
CREATE TRIGGER r BEFORE INSERT ON gone FOR EACH ROW SET NEW.a = 1;
ALTER TABLE gone DISCARD TABLESPACE;
ALTER TABLE `odd ``t/é` DISCARD TABLESPACE;
