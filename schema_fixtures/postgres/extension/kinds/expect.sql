CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema tools
CREATE SCHEMA tools;
ALTER SCHEMA tools OWNER TO postgres;

-- extension hstore
CREATE EXTENSION hstore WITH SCHEMA tools;
COMMENT ON EXTENSION hstore IS 'pairs';

-- extension pgcrypto
CREATE EXTENSION pgcrypto WITH SCHEMA tools;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';

-- routine public.passes
CREATE FUNCTION public.passes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN RETURN new; END$function$;
ALTER FUNCTION public.passes() OWNER TO postgres;

-- routine public.salted
CREATE FUNCTION public.salted()
 RETURNS text
 LANGUAGE sql
AS $function$SELECT tools.gen_salt('md5')$function$;
ALTER FUNCTION public.salted() OWNER TO postgres;
ALTER FUNCTION public.salted() DEPENDS ON EXTENSION pgcrypto;

-- table public.uses_it
CREATE TABLE public.uses_it (
    id integer NOT NULL,
    h tools.hstore DEFAULT '"a"=>"1"'::tools.hstore
);
ALTER TABLE public.uses_it OWNER TO postgres;

-- materialized_view public.counted
CREATE MATERIALIZED VIEW public.counted AS
SELECT count(*) AS count
   FROM public.uses_it
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.counted OWNER TO postgres;
ALTER MATERIALIZED VIEW public.counted DEPENDS ON EXTENSION hstore;

-- constraint public.uses_it uses_it_pkey
ALTER TABLE ONLY public.uses_it
    ADD CONSTRAINT uses_it_pkey PRIMARY KEY (id);
ALTER INDEX public.uses_it_pkey DEPENDS ON EXTENSION hstore;

-- index public.later
CREATE INDEX later ON public.uses_it USING btree (h);
ALTER INDEX public.later DEPENDS ON EXTENSION hstore;

-- trigger public.uses_it passing
CREATE TRIGGER passing BEFORE INSERT ON public.uses_it FOR EACH ROW EXECUTE FUNCTION public.passes();
ALTER TRIGGER passing ON public.uses_it DEPENDS ON EXTENSION hstore;

-- grants tools.function tools.gen_salt(pg_catalog.text)
REVOKE EXECUTE ON FUNCTION tools.gen_salt(pg_catalog.text) FROM PUBLIC;

