CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.whole
CREATE TABLE public.whole (
    a integer CONSTRAINT whole_a_not_null NOT NULL,
    b text
)
PARTITION BY RANGE (a);
ALTER TABLE public.whole OWNER TO postgres;

-- table public.high
CREATE TABLE public.high (
    a integer CONSTRAINT whole_a_not_null NOT NULL,
    b text
)
PARTITION BY LIST (b);
ALTER TABLE public.high OWNER TO postgres;

-- table public.high_x
CREATE TABLE public.high_x (
    a integer CONSTRAINT whole_a_not_null NOT NULL,
    b text
);
ALTER TABLE public.high_x OWNER TO postgres;

-- table public.low
CREATE TABLE public.low (
    a integer CONSTRAINT whole_a_not_null NOT NULL,
    b text
);
ALTER TABLE public.low OWNER TO postgres;

-- partition_attach public.high
ALTER TABLE ONLY public.whole ATTACH PARTITION public.high FOR VALUES FROM (0) TO (MAXVALUE);

-- partition_attach public.high_x
ALTER TABLE ONLY public.high ATTACH PARTITION public.high_x FOR VALUES IN ('x');

-- partition_attach public.low
ALTER TABLE ONLY public.whole ATTACH PARTITION public.low FOR VALUES FROM (MINVALUE) TO (0);

-- constraint public.whole Key
ALTER TABLE ONLY public.whole
    ADD CONSTRAINT "Key" UNIQUE (a, b);

-- constraint public.high high_a_b_key
ALTER TABLE ONLY public.high
    ADD CONSTRAINT high_a_b_key UNIQUE (a, b);

-- constraint public.high_x high_x_a_b_key
ALTER TABLE ONLY public.high_x
    ADD CONSTRAINT high_x_a_b_key UNIQUE (a, b);

-- constraint public.low low_a_b_key
ALTER TABLE ONLY public.low
    ADD CONSTRAINT low_a_b_key UNIQUE (a, b);

-- index public.everywhere
CREATE INDEX everywhere ON ONLY public.whole USING btree (b);

-- index public.half
CREATE INDEX half ON ONLY public.whole USING btree (a, b);

-- index public.half_low
CREATE INDEX half_low ON public.low USING btree (a, b);

-- index public.high_b_idx
CREATE INDEX high_b_idx ON ONLY public.high USING btree (b);

-- index public.high_x_b_idx
CREATE INDEX high_x_b_idx ON public.high_x USING btree (b);

-- index public.low_b_idx
CREATE INDEX low_b_idx ON public.low USING btree (b);

-- index_attach public.half_low
ALTER INDEX public.half ATTACH PARTITION public.half_low;

-- index_attach public.high_a_b_key
ALTER INDEX public."Key" ATTACH PARTITION public.high_a_b_key;

-- index_attach public.high_b_idx
ALTER INDEX public.everywhere ATTACH PARTITION public.high_b_idx;

-- index_attach public.high_x_a_b_key
ALTER INDEX public.high_a_b_key ATTACH PARTITION public.high_x_a_b_key;

-- index_attach public.high_x_b_idx
ALTER INDEX public.high_b_idx ATTACH PARTITION public.high_x_b_idx;

-- index_attach public.low_a_b_key
ALTER INDEX public."Key" ATTACH PARTITION public.low_a_b_key;

-- index_attach public.low_b_idx
ALTER INDEX public.everywhere ATTACH PARTITION public.low_b_idx;

