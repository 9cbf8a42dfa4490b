-- requires: pg>=15
CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b));
CREATE TABLE r (a integer, b integer, FOREIGN KEY (a, b) REFERENCES t ON DELETE SET NULL (b));
