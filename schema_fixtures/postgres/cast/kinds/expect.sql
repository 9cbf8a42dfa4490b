CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- enum public.two
CREATE TYPE public.two AS ENUM (
    'x'
);
ALTER TYPE public.two OWNER TO postgres;

-- composite public.one
CREATE TYPE public.one AS (
    a integer
);
ALTER TYPE public.one OWNER TO postgres;

-- routine public.to_one integer
CREATE FUNCTION public.to_one(integer)
 RETURNS public.one
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT ROW($1)::one$function$;
ALTER FUNCTION public.to_one(integer) OWNER TO postgres;

-- cast (integer AS public.one)
CREATE CAST (integer AS public.one) WITH FUNCTION public.to_one(integer) AS ASSIGNMENT;
COMMENT ON CAST (integer AS public.one) IS 'wrapped';

-- cast (public.two AS integer)
CREATE CAST (public.two AS integer) WITH INOUT AS IMPLICIT;

