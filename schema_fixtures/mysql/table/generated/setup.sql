-- requires: mysql>=5.7.6 mariadb>=10.5
CREATE TABLE t (a INT, v INT AS (a + 1) VIRTUAL, s VARCHAR(20) AS (CONCAT('x', a)) STORED, KEY (s));
INSERT INTO t (a) VALUES (1), (2), (NULL);
CREATE TABLE nothing_own (v INT AS (1 + 1) STORED, w INT AS (2) VIRTUAL);
INSERT INTO nothing_own () VALUES (), (), ();
