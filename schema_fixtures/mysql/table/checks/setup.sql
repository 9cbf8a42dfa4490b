-- requires: mysql>=8.0.16 mariadb>=10.5
CREATE TABLE t (a INT CHECK (a > 0), b VARCHAR(10), CONSTRAINT `b;'s` CHECK (b <> 'it''s;'));
INSERT INTO t VALUES (1, 'x'), (NULL, NULL);
