CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- range public.float_range
CREATE TYPE public.float_range AS RANGE (
    subtype = double precision,
    multirange_type_name = public.float_multirange,
    subtype_diff = pg_catalog.float8mi
);
ALTER TYPE public.float_range OWNER TO postgres;

-- range public.text_range
CREATE TYPE public.text_range AS RANGE (
    subtype = text,
    multirange_type_name = public.text_multirange,
    collation = pg_catalog."C"
);
ALTER TYPE public.text_range OWNER TO postgres;
COMMENT ON TYPE public.text_range IS 'of words';

-- table public.spans
CREATE TABLE public.spans (
    t public.text_range,
    f public.float_range
);
ALTER TABLE public.spans OWNER TO postgres;

