-- requires: pg>=10
CREATE TYPE shell_only;
CREATE TYPE number_like;
CREATE FUNCTION number_like_in(cstring) RETURNS number_like LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION number_like_out(number_like) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE number_like (INPUT = number_like_in, OUTPUT = number_like_out, LIKE = integer, CATEGORY = 'N', DEFAULT = '7');
COMMENT ON TYPE number_like IS 'like a number';
CREATE TABLE of_it (n number_like DEFAULT '3', ns number_like[]);
INSERT INTO of_it VALUES (DEFAULT, '{1,2}');
