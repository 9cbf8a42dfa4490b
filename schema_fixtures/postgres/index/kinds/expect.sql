CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_index
CREATE SCHEMA s_index;
ALTER SCHEMA s_index OWNER TO postgres;

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

-- table s_index.p_2
CREATE TABLE s_index.p_2 (
    k integer,
    v text
)
PARTITION BY LIST (v);
ALTER TABLE s_index.p_2 OWNER TO postgres;

-- table public.p_2_a
CREATE TABLE public.p_2_a (
    k integer,
    v text
);
ALTER TABLE public.p_2_a OWNER TO postgres;

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
    e tsvector,
    f text[]
);
ALTER TABLE public.t OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES FROM (0) TO (10);

-- partition_attach public.p_2_a
ALTER TABLE ONLY s_index.p_2 ATTACH PARTITION public.p_2_a DEFAULT;

-- partition_attach s_index.p_2
ALTER TABLE ONLY public.p ATTACH PARTITION s_index.p_2 FOR VALUES FROM (10) TO (20);

-- index public.Odd" name
CREATE INDEX "Odd"" name" ON public.t USING btree (b COLLATE "C" text_pattern_ops DESC NULLS LAST, a) INCLUDE (f);

-- index public.brin
CREATE INDEX brin ON public.t USING brin (a) WITH (pages_per_range='16');

-- index public.clustered
CREATE INDEX clustered ON public.t USING btree (a, b);
ALTER TABLE public.t CLUSTER ON clustered;

-- index public.expr
CREATE INDEX expr ON public.t USING btree (lower(b), ((a + 1)), ((c ->> 'k'::text))) WITH (fillfactor='70');
ALTER INDEX public.expr ALTER COLUMN 1 SET STATISTICS 500, ALTER COLUMN 3 SET STATISTICS 0;

-- index public.gin
CREATE INDEX gin ON public.t USING gin (c jsonb_path_ops) WITH (fastupdate=off);

-- index public.gist
CREATE INDEX gist ON public.t USING gist (d);
COMMENT ON INDEX public.gist IS 'an index';

-- index public.hash
CREATE INDEX hash ON public.t USING hash (b);

-- index public.only_parent
CREATE INDEX only_parent ON ONLY public.p USING btree (k);

-- index public.p_1_k
CREATE INDEX p_1_k ON public.p_1 USING btree (k);

-- index public.p_lower
CREATE INDEX p_lower ON ONLY public.p USING btree (lower(v));

-- index public.p_1_lower_idx
CREATE INDEX p_1_lower_idx ON public.p_1 USING btree (lower(v));

-- index public.p_v
CREATE INDEX p_v ON ONLY public.p USING btree (v) WHERE (k > 3);

-- index public.p_1_v_idx
CREATE INDEX p_1_v_idx ON public.p_1 USING btree (v) WHERE (k > 3);

-- index s_index.p_2_lower_idx
CREATE INDEX p_2_lower_idx ON ONLY s_index.p_2 USING btree (lower(v));

-- index public.p_2_a_lower_idx
CREATE INDEX p_2_a_lower_idx ON public.p_2_a USING btree (lower(v));

-- index s_index.p_2_v_idx
CREATE INDEX p_2_v_idx ON ONLY s_index.p_2 USING btree (v) WHERE (k > 3);

-- index public.p_2_a_v_idx
CREATE INDEX p_2_a_v_idx ON public.p_2_a USING btree (v) WHERE (k > 3);

-- index public.partial
CREATE UNIQUE INDEX partial ON public.t USING btree (a) WHERE ((b IS NOT NULL) AND (b <> ' WHERE ('::text));

-- index public.quoted
CREATE INDEX quoted ON public.t USING btree (((b || ''' WHERE "x"('::text)));

-- index public.r_k
CREATE UNIQUE INDEX r_k ON public.r USING btree (k);
ALTER TABLE ONLY public.r REPLICA IDENTITY USING INDEX r_k;

-- index public.spgist
CREATE INDEX spgist ON public.t USING spgist (d);

-- index public.t_a_idx
CREATE INDEX t_a_idx ON public.t USING btree (a);

-- index_attach public.p_1_k
ALTER INDEX public.only_parent ATTACH PARTITION public.p_1_k;

-- index_attach public.p_1_lower_idx
ALTER INDEX public.p_lower ATTACH PARTITION public.p_1_lower_idx;

-- index_attach public.p_1_v_idx
ALTER INDEX public.p_v ATTACH PARTITION public.p_1_v_idx;

-- index_attach public.p_2_a_lower_idx
ALTER INDEX s_index.p_2_lower_idx ATTACH PARTITION public.p_2_a_lower_idx;

-- index_attach public.p_2_a_v_idx
ALTER INDEX s_index.p_2_v_idx ATTACH PARTITION public.p_2_a_v_idx;

-- index_attach s_index.p_2_lower_idx
ALTER INDEX public.p_lower ATTACH PARTITION s_index.p_2_lower_idx;

-- index_attach s_index.p_2_v_idx
ALTER INDEX public.p_v ATTACH PARTITION s_index.p_2_v_idx;

