CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- domain public.listed
CREATE DOMAIN public.listed AS integer[];
ALTER DOMAIN public.listed OWNER TO postgres;

-- domain public.positive
CREATE DOMAIN public.positive AS numeric(10,2) DEFAULT 1.5
    CONSTRAINT positive_not_null NOT NULL
    CONSTRAINT positive_check CHECK ((VALUE > (0)::numeric))
    CONSTRAINT small CHECK ((VALUE < (1000)::numeric));
ALTER DOMAIN public.positive OWNER TO postgres;
COMMENT ON DOMAIN public.positive IS 'above zero';
COMMENT ON CONSTRAINT small ON DOMAIN public.positive IS 'not too large';

-- domain public.over_domain
CREATE DOMAIN public.over_domain AS public.positive DEFAULT 1.5
    CONSTRAINT over_domain_check CHECK (((VALUE)::numeric <> (7)::numeric));
ALTER DOMAIN public.over_domain OWNER TO postgres;

-- domain public.worded
CREATE DOMAIN public.worded AS text COLLATE pg_catalog."C"
    CONSTRAINT "Odd name" CHECK ((VALUE ~ '^[a-z''\\]*$'::text));
ALTER DOMAIN public.worded OWNER TO postgres;

-- table public.rows_of_it
CREATE TABLE public.rows_of_it (
    p public.positive,
    w public.worded,
    l public.listed
);
ALTER TABLE public.rows_of_it OWNER TO postgres;

-- constraint public.late listed
ALTER DOMAIN public.listed
    ADD CONSTRAINT late CHECK ((array_length(VALUE, 1) > 5)) NOT VALID;

