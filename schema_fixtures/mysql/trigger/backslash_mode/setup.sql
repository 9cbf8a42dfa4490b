-- requires: mysql>=8.0.13
-- no reference: MySQL refuses the vendor's script where the table is not open
CREATE TABLE t (a VARCHAR(20), b VARCHAR(20) DEFAULT (CONCAT('x''/*', a)), CHECK (a <> 'it''s'));
SELECT * FROM t;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET @a = '\';
SET sql_mode = '';
SELECT * FROM t;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW SET @b = '\n';
