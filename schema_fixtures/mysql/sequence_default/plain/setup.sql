-- requires: mariadb>=10.5
-- no reference: the vendor's script makes no such table
CREATE SEQUENCE s; CREATE SEQUENCE `odd ``s`; CREATE SEQUENCE kept;
CREATE TABLE t (
  a INT NOT NULL DEFAULT (NEXTVAL(s) + 1) COMMENT 'DEFAULT nextval(`s`)',
  b INT DEFAULT NEXTVAL(s) CHECK (b > 0),
  c INT NOT NULL DEFAULT LASTVAL(`odd ``s`) PRIMARY KEY,
  d BIGINT INVISIBLE DEFAULT (NEXT VALUE FOR kept),
  `e ``e` VARCHAR(20) DEFAULT CONCAT(NEXTVAL(s), ',)x'),
  f INT AS (a + 1) VIRTUAL
);
INSERT INTO t (a, b, c, d, `e ``e`) VALUES (1, 2, 3, 4, 'x'), (5, NULL, 6, 7, NULL);
CREATE TABLE plain (a INT DEFAULT NEXTVAL(kept));
DROP SEQUENCE s; DROP SEQUENCE `odd ``s`;
