-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendor's dumper writes '' for positions in a view whose definer is gone
CREATE TABLE t (a INT, b INT, c VARCHAR(5));
INSERT INTO t VALUES (1, 9, 'x'), (2, 8, 'y'), (3, 7, 'z');
CREATE DEFINER = nobody@nowhere VIEW v1 AS SELECT b + 1 FROM t ORDER BY 1 DESC LIMIT 2;
CREATE DEFINER = nobody@nowhere VIEW v2 AS SELECT a, COUNT(*), '' AS e FROM t WHERE a IN (SELECT b - 6 FROM t) GROUP BY 1 HAVING COUNT(*) > 0 ORDER BY '', 2 DESC, 1;
CREATE DEFINER = nobody@nowhere VIEW v3 AS SELECT _latin1'é' AS x, N'n' AS n, x.b FROM t x JOIN t y USING (a) UNION ALL SELECT '', c, b FROM t ORDER BY 3;
CREATE DEFINER = nobody@nowhere SQL SECURITY INVOKER VIEW v4 AS SELECT a, b FROM t WHERE a > 0 ORDER BY 2 WITH CASCADED CHECK OPTION;
