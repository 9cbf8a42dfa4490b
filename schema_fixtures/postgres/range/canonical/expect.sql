CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- range public.with_multi
CREATE TYPE public.with_multi AS RANGE (
    subtype = double precision,
    multirange_type_name = public."Many",
    subtype_diff = pg_catalog.float8mi
);
ALTER TYPE public.with_multi OWNER TO postgres;

-- table public.spans
CREATE TABLE public.spans (
    m public."Many"
);
ALTER TABLE public.spans OWNER TO postgres;

