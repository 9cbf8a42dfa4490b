-- requires: mysql>=5.6 mariadb>=10.5
-- options that a strict InnoDB refuses, made by a session that was not strict
SET SESSION innodb_strict_mode = 0;
CREATE TABLE fixed (a INT PRIMARY KEY) ENGINE = InnoDB ROW_FORMAT = FIXED;
CREATE TABLE squeezed (a INT PRIMARY KEY) ENGINE = InnoDB ROW_FORMAT = DYNAMIC KEY_BLOCK_SIZE = 8;
INSERT INTO fixed VALUES (1);
