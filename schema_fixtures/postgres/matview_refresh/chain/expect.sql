CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.base_rows
CREATE TABLE public.base_rows (
    a integer
);
ALTER TABLE public.base_rows OWNER TO postgres;

-- materialized_view public.z_first
CREATE MATERIALIZED VIEW public.z_first AS
SELECT a
   FROM public.base_rows
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.z_first OWNER TO postgres;

-- view public.between_them
CREATE VIEW public.between_them AS
SELECT (a + 1) AS a
   FROM public.z_first;
ALTER VIEW public.between_them OWNER TO postgres;

-- materialized_view public.a_second
CREATE MATERIALIZED VIEW public.a_second AS
SELECT a
   FROM public.between_them
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.a_second OWNER TO postgres;

-- materialized_view public.empty_one
CREATE MATERIALIZED VIEW public.empty_one AS
SELECT a
   FROM public.a_second
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.empty_one OWNER TO postgres;

-- index public.a_second_a_idx
CREATE UNIQUE INDEX a_second_a_idx ON public.a_second USING btree (a);

