-- requires: mysql>=5.6 mariadb>=10.5
ALTER DATABASE CHARACTER SET latin1 COLLATE latin1_swedish_ci;
CREATE TABLE t (a VARCHAR(10));
