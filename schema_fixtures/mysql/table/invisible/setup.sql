-- requires: mysql>=8.0.23 mariadb>=10.5
CREATE TABLE t (a INT, b INT INVISIBLE, c INT INVISIBLE DEFAULT 7);
INSERT INTO t (a, b, c) VALUES (1, 2, 3), (4, NULL, NULL);
