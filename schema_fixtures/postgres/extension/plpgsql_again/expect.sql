CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public
COMMENT ON SCHEMA public IS NULL;
ALTER SCHEMA public OWNER TO postgres;

-- routine public.f
CREATE FUNCTION public.f()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$BEGIN RETURN 1; END$function$;
ALTER FUNCTION public.f() OWNER TO postgres;

