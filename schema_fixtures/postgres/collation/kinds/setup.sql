-- requires: pg>=10
CREATE COLLATION copied FROM "C";
CREATE COLLATION two_locales (lc_collate = 'C', lc_ctype = 'POSIX');
COMMENT ON COLLATION copied IS 'plain';
CREATE TABLE sorted (a text COLLATE copied, b text COLLATE "two_locales");
CREATE INDEX by_collation ON sorted (a COLLATE "POSIX");
