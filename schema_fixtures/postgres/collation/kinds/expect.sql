CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- collation public.copied
CREATE COLLATION public.copied (provider = libc, locale = 'C');
ALTER COLLATION public.copied OWNER TO postgres;
COMMENT ON COLLATION public.copied IS 'plain';

-- collation public.two_locales
CREATE COLLATION public.two_locales (provider = libc, lc_collate = 'C', lc_ctype = 'POSIX');
ALTER COLLATION public.two_locales OWNER TO postgres;

-- table public.sorted
CREATE TABLE public.sorted (
    a text COLLATE public.copied,
    b text COLLATE public.two_locales
);
ALTER TABLE public.sorted OWNER TO postgres;

-- index public.by_collation
CREATE INDEX by_collation ON public.sorted USING btree (a COLLATE "POSIX");

