-- requires: mariadb>=10.5
-- no reference: MariaDB before 10.11 prints names in defaults in the column's character set
CREATE SEQUENCE `éq`;
CREATE TABLE t (`é` INT, `日` INT DEFAULT (`é` + 1), `a?b` INT DEFAULT (`é` * 2), b VARCHAR(9) CHARACTER SET latin1 DEFAULT (CONCAT('é?', `é`)),
  d VARCHAR(9) DEFAULT (CONCAT('日', `日`)),
  e INT DEFAULT (NEXT VALUE FOR `éq`), f DATE DEFAULT (`é` + 20200100), g INT DEFAULT (`a?b`)) DEFAULT CHARSET utf8mb4;
CREATE TABLE l (`é` INT, b VARCHAR(9) DEFAULT (CONCAT('é?', `é`)), c INT DEFAULT (`é` + 1), d VARCHAR(9) CHARACTER SET latin2 DEFAULT (CONCAT('x', `é`))) DEFAULT CHARSET latin1;
INSERT INTO t (`é`) VALUES (1);
