CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.ordered
CREATE TABLE public.ordered (
    a integer,
    b text,
    c date
)
PARTITION BY LIST (b);
ALTER TABLE public.ordered OWNER TO postgres;

-- table public.turned_around
CREATE TABLE public.turned_around (
    c date,
    b text,
    a integer
);
ALTER TABLE public.turned_around OWNER TO postgres;

-- partition_attach public.turned_around
ALTER TABLE ONLY public.ordered ATTACH PARTITION public.turned_around FOR VALUES IN ('x', 'it''s', NULL);

