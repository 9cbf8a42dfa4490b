-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers stop at the first of them
CREATE TABLE gone (a INT, b INT);
CREATE VIEW z AS SELECT a FROM gone WHERE b > 1 WITH CHECK OPTION;
CREATE VIEW a AS SELECT x.a FROM z x JOIN gone y ON y.b = x.a;
DROP TABLE gone;
