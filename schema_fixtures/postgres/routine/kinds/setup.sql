-- requires: pg>=10
CREATE FUNCTION adds(a integer, b integer DEFAULT 2, OUT total integer) LANGUAGE sql IMMUTABLE STRICT
  PARALLEL SAFE LEAKPROOF COST 5 AS 'SELECT a + b';
CREATE FUNCTION "Odd ""name"""(VARIADIC numbers integer[]) RETURNS SETOF integer LANGUAGE plpgsql ROWS 7
  SECURITY DEFINER SET search_path = pg_catalog, "Odd, path" SET work_mem = '5MB' AS $body$
BEGIN
  -- a comment; with 'quotes' and $$ dollars $function$
  RETURN QUERY SELECT unnest(numbers);
END $body$;
CREATE FUNCTION tabled(n integer) RETURNS TABLE (i integer, t text) LANGUAGE sql STABLE AS
  $$ SELECT g, E'back\\slash' FROM generate_series(1, n) g $$;
CREATE FUNCTION polymorphic(anyelement, INOUT anyarray) LANGUAGE sql AS 'SELECT $2';
CREATE TABLE typed_by (a integer, b text);
CREATE FUNCTION of_row(typed_by) RETURNS typed_by LANGUAGE sql AS 'SELECT $1';
CREATE TABLE default_of_function (a integer DEFAULT adds(1));
CREATE FUNCTION of_default(default_of_function) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE in_a_loop (a integer);
CREATE FUNCTION loops(in_a_loop) RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER TABLE in_a_loop ADD CHECK (loops(in_a_loop) > 0);
COMMENT ON FUNCTION adds(integer, integer) IS 'it''s a sum';
REVOKE EXECUTE ON FUNCTION adds(integer, integer) FROM PUBLIC;
