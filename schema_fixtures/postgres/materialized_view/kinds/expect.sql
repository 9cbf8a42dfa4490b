CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema counted
CREATE SCHEMA counted;
ALTER SCHEMA counted OWNER TO postgres;

-- schema public

-- routine public.counts
CREATE FUNCTION public.counts()
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$SELECT count(*) FROM counted.t$function$;
ALTER FUNCTION public.counts() OWNER TO postgres;

-- table counted.t
CREATE TABLE counted.t (
    id integer NOT NULL,
    a text
);
ALTER TABLE counted.t OWNER TO postgres;

-- materialized_view public.z_base
CREATE MATERIALIZED VIEW public.z_base
WITH (fillfactor='70', autovacuum_enabled='false', toast.autovacuum_enabled='false') AS
SELECT id,
    a
   FROM counted.t
 WITH NO DATA;
ALTER TABLE ONLY public.z_base ALTER COLUMN id SET (n_distinct='2');
ALTER TABLE ONLY public.z_base ALTER COLUMN a SET STATISTICS 33;
ALTER TABLE ONLY public.z_base ALTER COLUMN a SET STORAGE EXTERNAL;
ALTER MATERIALIZED VIEW public.z_base OWNER TO postgres;

-- view public.between_them
CREATE VIEW public.between_them AS
SELECT id,
    a
   FROM public.z_base;
ALTER VIEW public.between_them OWNER TO postgres;

-- materialized_view public.a_top
CREATE MATERIALIZED VIEW public.a_top AS
SELECT id,
    (a || '!'::text) AS a,
    public.counts() AS n
   FROM public.between_them b
 WITH NO DATA;
ALTER TABLE ONLY public.a_top REPLICA IDENTITY FULL;
ALTER MATERIALIZED VIEW public.a_top OWNER TO postgres;
COMMENT ON MATERIALIZED VIEW public.a_top IS 'top';
COMMENT ON COLUMN public.a_top.a IS 'a';

-- materialized_view public.never
CREATE MATERIALIZED VIEW public.never AS
SELECT 1 AS one
 WITH NO DATA;
ALTER TABLE ONLY public.never REPLICA IDENTITY NOTHING;
ALTER MATERIALIZED VIEW public.never OWNER TO postgres;

-- constraint counted.t t_pkey
ALTER TABLE ONLY counted.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);

-- materialized_view public.grouped
CREATE MATERIALIZED VIEW public.grouped AS
SELECT id,
    a,
    count(*) AS n
   FROM counted.t
  GROUP BY id
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.grouped OWNER TO postgres;

-- index public.top_a
CREATE INDEX top_a ON public.a_top USING btree (a);

-- index public.z_key
CREATE UNIQUE INDEX z_key ON public.z_base USING btree (id);
ALTER TABLE public.z_base CLUSTER ON z_key;

