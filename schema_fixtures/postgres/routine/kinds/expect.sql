CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.Odd "name" VARIADIC numbers integer[]
CREATE FUNCTION public."Odd ""name"""(VARIADIC numbers integer[])
 RETURNS SETOF integer
 LANGUAGE plpgsql
 SECURITY DEFINER ROWS 7
 SET search_path TO 'pg_catalog', 'Odd, path'
 SET work_mem TO '5MB'
AS $functionx$
BEGIN
  -- a comment; with 'quotes' and $$ dollars $function$
  RETURN QUERY SELECT unnest(numbers);
END $functionx$;
ALTER FUNCTION public."Odd ""name"""(VARIADIC numbers integer[]) OWNER TO postgres;

-- routine public.adds a integer, b integer, OUT total integer
CREATE FUNCTION public.adds(a integer, b integer DEFAULT 2, OUT total integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT LEAKPROOF COST 5
AS $function$SELECT a + b$function$;
ALTER FUNCTION public.adds(a integer, b integer, OUT total integer) OWNER TO postgres;
COMMENT ON FUNCTION public.adds(a integer, b integer, OUT total integer) IS 'it''s a sum';

-- table public.in_a_loop
CREATE TABLE public.in_a_loop (
    a integer
);
ALTER TABLE public.in_a_loop OWNER TO postgres;

-- routine public.loops public.in_a_loop
CREATE FUNCTION public.loops(public.in_a_loop)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
ALTER FUNCTION public.loops(public.in_a_loop) OWNER TO postgres;

-- table public.default_of_function
CREATE TABLE public.default_of_function (
    a integer DEFAULT public.adds(1)
);
ALTER TABLE public.default_of_function OWNER TO postgres;

-- routine public.of_default public.default_of_function
CREATE FUNCTION public.of_default(public.default_of_function)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
ALTER FUNCTION public.of_default(public.default_of_function) OWNER TO postgres;

-- table public.typed_by
CREATE TABLE public.typed_by (
    a integer,
    b text
);
ALTER TABLE public.typed_by OWNER TO postgres;

-- routine public.of_row public.typed_by
CREATE FUNCTION public.of_row(public.typed_by)
 RETURNS public.typed_by
 LANGUAGE sql
AS $function$SELECT $1$function$;
ALTER FUNCTION public.of_row(public.typed_by) OWNER TO postgres;

-- routine public.polymorphic anyelement, INOUT anyarray
CREATE FUNCTION public.polymorphic(anyelement, INOUT anyarray)
 RETURNS anyarray
 LANGUAGE sql
AS $function$SELECT $2$function$;
ALTER FUNCTION public.polymorphic(anyelement, INOUT anyarray) OWNER TO postgres;

-- routine public.tabled n integer
CREATE FUNCTION public.tabled(n integer)
 RETURNS TABLE(i integer, t text)
 LANGUAGE sql
 STABLE
AS $function$ SELECT g, E'back\\slash' FROM generate_series(1, n) g $function$;
ALTER FUNCTION public.tabled(n integer) OWNER TO postgres;

-- constraint public.in_a_loop in_a_loop_check
ALTER TABLE public.in_a_loop ADD CONSTRAINT in_a_loop_check CHECK ((public.loops(in_a_loop.*) > 0));

-- grants public.adds a integer, b integer, OUT total integer
REVOKE EXECUTE ON FUNCTION public.adds(a integer, b integer, OUT total integer) FROM PUBLIC;

