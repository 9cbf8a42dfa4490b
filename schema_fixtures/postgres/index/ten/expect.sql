CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.p
CREATE TABLE public.p (
    k integer,
    v text
)
PARTITION BY RANGE (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer,
    v text
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.r
CREATE TABLE public.r (
    k integer NOT NULL
);
ALTER TABLE public.r OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer,
    b text,
    c jsonb,
    d point,
    f text[]
);
ALTER TABLE public.t OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES FROM (0) TO (10);

-- index public.Odd" name
CREATE INDEX "Odd"" name" ON public.t USING btree (b COLLATE "C" text_pattern_ops DESC NULLS LAST, a);

-- index public.brin
CREATE INDEX brin ON public.t USING brin (a) WITH (pages_per_range='16');

-- index public.clustered
CREATE INDEX clustered ON public.t USING btree (a, b);
ALTER TABLE public.t CLUSTER ON clustered;

-- index public.expr
CREATE INDEX expr ON public.t USING btree (lower(b), ((a + 1)), ((c ->> 'k'::text))) WITH (fillfactor='70');

-- index public.gin
CREATE INDEX gin ON public.t USING gin (c jsonb_path_ops) WITH (fastupdate=off);

-- index public.hash
CREATE INDEX hash ON public.t USING hash (b);

-- index public.p_1_k
CREATE INDEX p_1_k ON public.p_1 USING btree (k);

-- index public.partial
CREATE UNIQUE INDEX partial ON public.t USING btree (a) WHERE ((b IS NOT NULL) AND (b <> ' WHERE ('::text));

-- index public.r_k
CREATE UNIQUE INDEX r_k ON public.r USING btree (k);
ALTER TABLE ONLY public.r REPLICA IDENTITY USING INDEX r_k;

-- index public.spgist
CREATE INDEX spgist ON public.t USING spgist (d);
COMMENT ON INDEX public.spgist IS 'an index';

-- index public.t_a_idx
CREATE INDEX t_a_idx ON public.t USING btree (a);

