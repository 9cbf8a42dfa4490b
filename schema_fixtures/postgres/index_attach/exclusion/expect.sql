CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.parted
CREATE TABLE public.parted (
    a integer,
    b text
)
PARTITION BY LIST (a);
ALTER TABLE public.parted OWNER TO postgres;

-- table public.first_part
CREATE TABLE public.first_part (
    a integer,
    b text
);
ALTER TABLE public.first_part OWNER TO postgres;

-- partition_attach public.first_part
ALTER TABLE ONLY public.parted ATTACH PARTITION public.first_part FOR VALUES IN (1);

-- constraint public.parted one_each
ALTER TABLE ONLY public.parted
    ADD CONSTRAINT one_each EXCLUDE USING btree (a WITH =, b WITH =);

-- constraint public.first_part first_part_a_b_excl
ALTER TABLE ONLY public.first_part
    ADD CONSTRAINT first_part_a_b_excl EXCLUDE USING btree (a WITH =, b WITH =);

-- index public.plain
CREATE INDEX plain ON ONLY public.parted USING btree (b);

-- index public.first_part_b_idx
CREATE INDEX first_part_b_idx ON public.first_part USING btree (b);

-- index_attach public.first_part_b_idx
ALTER INDEX public.plain ATTACH PARTITION public.first_part_b_idx;

