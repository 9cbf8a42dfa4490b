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

-- table public.uses_it
CREATE TABLE public.uses_it (
    id integer NOT NULL,
    h tools.hstore DEFAULT '"a"=>"1"'::tools.hstore
);
ALTER TABLE public.uses_it OWNER TO postgres;

-- constraint public.uses_it uses_it_pkey
ALTER TABLE ONLY public.uses_it
    ADD CONSTRAINT uses_it_pkey PRIMARY KEY (id);

-- grants tools.function tools.gen_salt(pg_catalog.text)
REVOKE EXECUTE ON FUNCTION tools.gen_salt(pg_catalog.text) FROM PUBLIC;

