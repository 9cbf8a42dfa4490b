CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.f
CREATE FUNCTION public.f()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
ALTER FUNCTION public.f() OWNER TO postgres;

-- sequence public.q
CREATE SEQUENCE public.q
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.q OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer,
    "B b" integer
);
ALTER TABLE public.t OWNER TO postgres;

-- view public.v
CREATE VIEW public.v AS
SELECT a
   FROM public.t;
ALTER VIEW public.v OWNER TO postgres;

-- grants information_schema.view information_schema.tables
REVOKE SELECT ON TABLE information_schema.tables FROM PUBLIC;

-- grants pg_catalog.function pg_catalog.pg_ls_waldir()
GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_waldir() TO PUBLIC;

-- grants public.f
REVOKE EXECUTE ON FUNCTION public.f() FROM PUBLIC;

-- grants public.q
GRANT USAGE ON SEQUENCE public.q TO PUBLIC;

-- grants public.t
REVOKE DELETE, TRUNCATE ON TABLE public.t FROM postgres;
GRANT INSERT, SELECT ON TABLE public.t TO PUBLIC;
GRANT REFERENCES (a) ON TABLE public.t TO PUBLIC;
GRANT UPDATE ("B b") ON TABLE public.t TO PUBLIC;

-- grants public.v
GRANT SELECT ON TABLE public.v TO PUBLIC;

