-- requires: mysql>=5.6 mariadb>=10.5
SET NAMES utf8mb4;
CREATE TABLE t (a INT);
CREATE VIEW u AS SELECT '🌍é' AS x, _latin1 x'E9' AS y, _utf8mb4'€' AS z;
CREATE VIEW n AS SELECT N'é' AS x;
SET NAMES latin1;
CREATE VIEW l AS SELECT 'Ã©' AS x;
SET NAMES cp1251;
CREATE VIEW c AS SELECT CONVERT(x'EFF0' USING cp1251) AS x, a FROM t;
