-- requires: pg>=10
CREATE FUNCTION same(text, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length($1) = $2';
CREATE FUNCTION same(integer, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT length($2) = $1';
CREATE OPERATOR ==== (PROCEDURE = same, LEFTARG = text, RIGHTARG = integer, COMMUTATOR = ====, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE OPERATOR ==== (PROCEDURE = same, LEFTARG = integer, RIGHTARG = text, COMMUTATOR = ====);
CREATE OPERATOR @#@ (PROCEDURE = factorial, RIGHTARG = bigint);
COMMENT ON OPERATOR ==== (text, integer) IS 'the length';
CREATE OPERATOR FAMILY fam USING btree;
CREATE OPERATOR CLASS cls FOR TYPE integer USING btree FAMILY fam AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
ALTER OPERATOR FAMILY fam USING btree ADD OPERATOR 1 < (bigint, integer), FUNCTION 1 (bigint, integer) btint84cmp(bigint, integer);
CREATE TABLE indexed (a integer);
CREATE INDEX by_class ON indexed (a cls);
