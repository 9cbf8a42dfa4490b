-- requires: mariadb>=10.5
SET check_constraint_checks = 0;
CREATE TABLE t (a INT CHECK (a > 0));
INSERT INTO t VALUES (-1);
