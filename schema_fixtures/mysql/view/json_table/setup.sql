-- requires: mysql>=8.0.11 mariadb>=10.6
-- no reference: MariaDB's dumper names the database in a view whose definer is gone
CREATE TABLE t (a INT, j JSON);
INSERT INTO t VALUES (1, '[7, 8]');
CREATE VIEW v1 AS SELECT t.a, k.x FROM t, JSON_TABLE(t.j, '$[*]' COLUMNS (x INT PATH '$')) AS k;
CREATE DEFINER = nobody@nowhere VIEW v2 AS SELECT t.a, k.x FROM t, JSON_TABLE(t.j, '$[*]' COLUMNS (x INT PATH '$')) AS k ORDER BY 2;
