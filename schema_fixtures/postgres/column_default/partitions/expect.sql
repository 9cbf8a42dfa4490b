CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.parted
CREATE TABLE public.parted (
    a integer,
    other oid
)
PARTITION BY LIST (a);
ALTER TABLE public.parted OWNER TO postgres;

-- table public.one
CREATE TABLE public.one (
    a integer,
    other oid
);
ALTER TABLE public.one OWNER TO postgres;

-- table public.two
CREATE TABLE public.two (
    a integer,
    other oid
);
ALTER TABLE public.two OWNER TO postgres;

-- partition_attach public.one
ALTER TABLE ONLY public.parted ATTACH PARTITION public.one FOR VALUES IN (1);

-- partition_attach public.two
ALTER TABLE ONLY public.parted ATTACH PARTITION public.two FOR VALUES IN (2);

-- column_default public.one other
ALTER TABLE ONLY public.one ALTER COLUMN other SET DEFAULT 'public.two'::regclass;

-- column_default public.two other
ALTER TABLE ONLY public.two ALTER COLUMN other SET DEFAULT 'public.one'::regclass;

