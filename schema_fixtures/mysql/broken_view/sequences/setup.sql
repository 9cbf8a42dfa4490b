-- requires: mariadb>=10.5
-- no reference: it stops at such a view
CREATE SEQUENCE s; CREATE SEQUENCE left_over; CREATE TABLE t (a INT);
CREATE VIEW v AS SELECT NEXT VALUE FOR s AS n, LASTVAL(s) AS l, a FROM t;
CREATE VIEW w AS SELECT NEXTVAL(left_over) AS n, a FROM t;
DROP SEQUENCE s; DROP TABLE t;
