-- requires: pg>=10
CREATE TYPE pair AS (a integer, "B b" varchar(10) COLLATE "C", gone integer);
ALTER TYPE pair DROP ATTRIBUTE gone;
CREATE TYPE nested AS (p pair, ps pair[]);
CREATE TYPE nothing AS ();
COMMENT ON TYPE pair IS 'two';
COMMENT ON COLUMN pair."B b" IS 'the second';
CREATE TABLE holds (n nested);
INSERT INTO holds VALUES (ROW(ROW(1, 'x')::pair, ARRAY[ROW(2, E'a"b\\c')::pair])::nested);
