CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.looped
CREATE TABLE public.looped (
    a integer,
    b integer
);
ALTER TABLE public.looped OWNER TO postgres;

-- routine public.a_row
CREATE FUNCTION public.a_row()
 RETURNS public.looped
 LANGUAGE sql
AS $function$SELECT NULL::looped$function$;
ALTER FUNCTION public.a_row() OWNER TO postgres;

-- routine public.takes public.looped
CREATE FUNCTION public.takes(public.looped)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT 1$function$;
ALTER FUNCTION public.takes(public.looped) OWNER TO postgres;

-- column_default public.looped b
ALTER TABLE ONLY public.looped ALTER COLUMN b SET DEFAULT (public.a_row()).a;

-- constraint public.looped taken
ALTER TABLE public.looped ADD CONSTRAINT taken CHECK ((public.takes(looped.*) > 0));

