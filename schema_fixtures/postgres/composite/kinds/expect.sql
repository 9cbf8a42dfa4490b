CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- composite public.pair
CREATE TYPE public.pair AS (
    a integer,
    "B b" character varying(10) COLLATE pg_catalog."C"
);
ALTER TYPE public.pair OWNER TO postgres;
COMMENT ON TYPE public.pair IS 'two';
COMMENT ON COLUMN public.pair."B b" IS 'the second';

-- composite public.nested
CREATE TYPE public.nested AS (
    p public.pair,
    ps public.pair[]
);
ALTER TYPE public.nested OWNER TO postgres;

-- composite public.nothing
CREATE TYPE public.nothing AS (
);
ALTER TYPE public.nothing OWNER TO postgres;

-- table public.holds
CREATE TABLE public.holds (
    n public.nested
);
ALTER TABLE public.holds OWNER TO postgres;

