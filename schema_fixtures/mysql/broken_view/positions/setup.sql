-- requires: mysql>=8.0.11 mariadb>=10.5
-- no reference: the vendors' dumpers stop at the first of them
CREATE TABLE gone (a INT, b INT, c INT);
CREATE VIEW v1 AS SELECT b + 1 FROM gone ORDER BY 1 DESC LIMIT 2;
CREATE VIEW v2 AS SELECT a, COUNT(*) AS n, 'é' AS e FROM gone WHERE a IN (SELECT b FROM gone GROUP BY 1) GROUP BY 1 HAVING n > 0 ORDER BY 2 DESC, 1;
CREATE VIEW v3 AS SELECT x.a, y.b FROM gone x LEFT JOIN gone y ON x.a = y.a AND y.b > 1 UNION SELECT 1, 2 ORDER BY 2;
DROP TABLE gone;
