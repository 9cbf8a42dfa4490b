CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- enum public.mood
CREATE TYPE public.mood AS ENUM (
    'sad',
    'ok',
    'happy'
);
ALTER TYPE public.mood OWNER TO postgres;

-- table public.Te xt
CREATE TABLE public."Te xt" (
    id integer,
    "a""b" text,
    c bytea,
    d double precision,
    n numeric
);
ALTER TABLE public."Te xt" OWNER TO postgres;

-- table public.always
CREATE TABLE public.always (
    id integer NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.always_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1),
    v text,
    w text GENERATED ALWAYS AS ((v || '!'::text)) STORED
);
ALTER TABLE public.always OWNER TO postgres;

-- table public.by_c
CREATE TABLE public.by_c (
    t text COLLATE pg_catalog."C"
)
PARTITION BY RANGE (t);
ALTER TABLE public.by_c OWNER TO postgres;

-- table public.by_c_0
CREATE TABLE public.by_c_0 (
    t text COLLATE pg_catalog."C"
);
ALTER TABLE public.by_c_0 OWNER TO postgres;

-- table public.by_enum
CREATE TABLE public.by_enum (
    m public.mood,
    n integer
)
PARTITION BY HASH (m);
ALTER TABLE public.by_enum OWNER TO postgres;

-- table public.by_enum_0
CREATE TABLE public.by_enum_0 (
    m public.mood,
    n integer
)
PARTITION BY LIST (n);
ALTER TABLE public.by_enum_0 OWNER TO postgres;

-- table public.by_enum_0_x
CREATE TABLE public.by_enum_0_x (
    m public.mood,
    n integer
);
ALTER TABLE public.by_enum_0_x OWNER TO postgres;

-- table public.by_enum_1
CREATE TABLE public.by_enum_1 (
    m public.mood,
    n integer
);
ALTER TABLE public.by_enum_1 OWNER TO postgres;

-- table public.by_int
CREATE TABLE public.by_int (
    i integer
)
PARTITION BY HASH (i);
ALTER TABLE public.by_int OWNER TO postgres;

-- table public.by_int_0
CREATE TABLE public.by_int_0 (
    i integer
);
ALTER TABLE public.by_int_0 OWNER TO postgres;

-- table public.parent
CREATE TABLE public.parent (
    a integer
);
ALTER TABLE public.parent OWNER TO postgres;

-- table public.child
CREATE TABLE public.child (
    b integer
)
INHERITS (public.parent);
ALTER TABLE public.child OWNER TO postgres;

-- table public.fast
CREATE UNLOGGED TABLE public.fast (
    a integer
);
ALTER TABLE public.fast OWNER TO postgres;

-- table public.none
CREATE TABLE public."none" (
);
ALTER TABLE public."none" OWNER TO postgres;

-- table public.only_generated
CREATE TABLE public.only_generated (
    g integer GENERATED ALWAYS AS (1) STORED
);
ALTER TABLE public.only_generated OWNER TO postgres;

-- partition_attach public.by_c_0
ALTER TABLE ONLY public.by_c ATTACH PARTITION public.by_c_0 DEFAULT;

-- partition_attach public.by_enum_0
ALTER TABLE ONLY public.by_enum ATTACH PARTITION public.by_enum_0 FOR VALUES WITH (modulus 2, remainder 0);

-- partition_attach public.by_enum_0_x
ALTER TABLE ONLY public.by_enum_0 ATTACH PARTITION public.by_enum_0_x DEFAULT;

-- partition_attach public.by_enum_1
ALTER TABLE ONLY public.by_enum ATTACH PARTITION public.by_enum_1 FOR VALUES WITH (modulus 2, remainder 1);

-- partition_attach public.by_int_0
ALTER TABLE ONLY public.by_int ATTACH PARTITION public.by_int_0 FOR VALUES WITH (modulus 1, remainder 0);

