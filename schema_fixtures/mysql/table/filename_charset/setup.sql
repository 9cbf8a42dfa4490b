-- requires: mariadb>=10.5
CREATE TABLE t (a VARCHAR(20) CHARACTER SET filename, KEY (a));
INSERT INTO t VALUES ('a'), (_latin1 0xE9);
