CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.handles
CREATE FUNCTION public.handles()
 RETURNS language_handler
 LANGUAGE c
AS '$libdir/plpgsql', $function$plpgsql_call_handler$function$;
ALTER FUNCTION public.handles() OWNER TO postgres;

-- language own_language
CREATE TRUSTED LANGUAGE own_language HANDLER public.handles;
ALTER LANGUAGE own_language OWNER TO postgres;
COMMENT ON LANGUAGE own_language IS 'mine';

