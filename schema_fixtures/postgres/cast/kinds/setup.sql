-- requires: pg>=10
CREATE TYPE one AS (a integer);
CREATE TYPE two AS ENUM ('x');
CREATE FUNCTION to_one(integer) RETURNS one LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::one';
CREATE CAST (integer AS one) WITH FUNCTION to_one(integer) AS ASSIGNMENT;
CREATE CAST (two AS integer) WITH INOUT AS IMPLICIT;
COMMENT ON CAST (integer AS one) IS 'wrapped';
