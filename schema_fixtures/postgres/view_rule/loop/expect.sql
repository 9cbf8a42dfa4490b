CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.keyed
CREATE TABLE public.keyed (
    id integer NOT NULL,
    n text
);
ALTER TABLE public.keyed OWNER TO postgres;

-- view public.grouped
CREATE VIEW public.grouped AS
SELECT
    NULL::integer AS id,
    NULL::text AS n,
    NULL::bigint AS count;
ALTER VIEW public.grouped OWNER TO postgres;

-- view public.one
CREATE VIEW public.one AS
SELECT
    NULL::integer AS a,
    NULL::text COLLATE pg_catalog."C" AS b;
ALTER VIEW public.one OWNER TO postgres;
COMMENT ON VIEW public.one IS 'needs two';

-- view public.over_it
CREATE VIEW public.over_it AS
SELECT id,
    n,
    count
   FROM public.grouped;
ALTER VIEW public.over_it OWNER TO postgres;

-- view public.two
CREATE VIEW public.two AS
SELECT
    NULL::integer AS a,
    NULL::text COLLATE pg_catalog."C" AS b;
ALTER VIEW public.two OWNER TO postgres;

-- view_rule public.one
CREATE OR REPLACE VIEW public.one AS
SELECT a,
    b
   FROM public.two;

-- view_rule public.two
CREATE OR REPLACE VIEW public.two WITH (security_barrier='true') AS
SELECT a,
    b
   FROM public.one;

-- constraint public.keyed keyed_pkey
ALTER TABLE ONLY public.keyed
    ADD CONSTRAINT keyed_pkey PRIMARY KEY (id);

-- view_rule public.grouped
CREATE OR REPLACE VIEW public.grouped AS
SELECT id,
    n,
    count(*) AS count
   FROM public.keyed
  GROUP BY id;

