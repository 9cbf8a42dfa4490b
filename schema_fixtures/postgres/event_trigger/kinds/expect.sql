CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.note
CREATE FUNCTION public.note()
 RETURNS event_trigger
 LANGUAGE plpgsql
AS $function$BEGIN RAISE EXCEPTION 'fired'; END$function$;
ALTER FUNCTION public.note() OWNER TO postgres;

-- event_trigger Zed
CREATE EVENT TRIGGER "Zed" ON ddl_command_end
    WHEN TAG IN ('CREATE AGGREGATE', 'DROP CAST')
    EXECUTE PROCEDURE public.note();
ALTER EVENT TRIGGER "Zed" DISABLE;
ALTER EVENT TRIGGER "Zed" OWNER TO postgres;

-- event_trigger replica
CREATE EVENT TRIGGER replica ON sql_drop
    WHEN TAG IN ('DROP CAST')
    EXECUTE PROCEDURE public.note();
ALTER EVENT TRIGGER replica ENABLE REPLICA;
ALTER EVENT TRIGGER replica OWNER TO postgres;
COMMENT ON EVENT TRIGGER replica IS 'quiet';

