CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema parts
CREATE SCHEMA parts;
ALTER SCHEMA parts OWNER TO postgres;

-- schema public

-- enum public.mood
CREATE TYPE public.mood AS ENUM (
    'sad',
    'ok',
    'happy'
);
ALTER TYPE public.mood OWNER TO postgres;

-- table public.r
CREATE TABLE public.r (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text,
    CONSTRAINT id_pos CHECK ((id > 0))
)
PARTITION BY RANGE (at, id);
ALTER TABLE public.r OWNER TO postgres;

-- table parts.r_1
CREATE TABLE parts.r_1 (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text,
    CONSTRAINT id_pos CHECK ((id > 0))
);
ALTER TABLE parts.r_1 OWNER TO postgres;

-- table parts.r_default
CREATE TABLE parts.r_default (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text,
    CONSTRAINT id_pos CHECK ((id > 0))
);
ALTER TABLE parts.r_default OWNER TO postgres;

-- table public.c
CREATE TABLE public.c (
    k text COLLATE pg_catalog."C",
    v integer
)
PARTITION BY RANGE (k text_pattern_ops, ((v + 1)));
ALTER TABLE public.c OWNER TO postgres;

-- table public.c_1
CREATE TABLE public.c_1 (
    k text COLLATE pg_catalog."C",
    v integer
);
ALTER TABLE public.c_1 OWNER TO postgres;

-- table public.e
CREATE TABLE public.e (
    m public.mood,
    n integer
)
PARTITION BY HASH (m);
ALTER TABLE public.e OWNER TO postgres;

-- table public.e_0
CREATE TABLE public.e_0 (
    m public.mood,
    n integer
)
PARTITION BY LIST (n);
ALTER TABLE public.e_0 OWNER TO postgres;

-- table public.e_0_x
CREATE TABLE public.e_0_x (
    m public.mood,
    n integer
);
ALTER TABLE public.e_0_x OWNER TO postgres;

-- table public.e_1
CREATE TABLE public.e_1 (
    m public.mood,
    n integer
);
ALTER TABLE public.e_1 OWNER TO postgres;

-- table public.h
CREATE TABLE public.h (
    k text,
    v integer GENERATED ALWAYS AS (1) STORED
)
PARTITION BY HASH (k);
ALTER TABLE public.h OWNER TO postgres;

-- table public.h_0
CREATE TABLE public.h_0 (
    k text,
    v integer GENERATED ALWAYS AS (1) STORED
);
ALTER TABLE public.h_0 OWNER TO postgres;

-- table public.h_1
CREATE TABLE public.h_1 (
    k text,
    v integer GENERATED ALWAYS AS (1) STORED
);
ALTER TABLE public.h_1 OWNER TO postgres;

-- table public.nothing
CREATE TABLE public.nothing (
    a integer
)
PARTITION BY LIST (a);
ALTER TABLE public.nothing OWNER TO postgres;

-- table public.r_2
CREATE TABLE public.r_2 (
    note text DEFAULT 'own'::text,
    at date,
    id integer DEFAULT 7 NOT NULL,
    CONSTRAINT id_pos CHECK ((id > 0))
);
ALTER TABLE public.r_2 OWNER TO postgres;

-- table public.r_3
CREATE TABLE public.r_3 (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text DEFAULT 'three'::text CONSTRAINT r_3_note_not_null NOT NULL,
    CONSTRAINT id_pos CHECK ((id > 0)),
    CONSTRAINT own CHECK ((id < 1000))
)
PARTITION BY LIST (lower(note));
ALTER TABLE public.r_3 OWNER TO postgres;

-- table public.r_3_a
CREATE TABLE public.r_3_a (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text DEFAULT 'three'::text CONSTRAINT r_3_note_not_null NOT NULL,
    CONSTRAINT id_pos CHECK ((id > 0)),
    CONSTRAINT own CHECK ((id < 1000))
);
ALTER TABLE public.r_3_a OWNER TO postgres;

-- table public.r_3_b
CREATE TABLE public.r_3_b (
    id integer CONSTRAINT r_id_not_null NOT NULL,
    at date DEFAULT '2020-01-01'::date,
    note text DEFAULT 'three'::text CONSTRAINT r_3_note_not_null NOT NULL,
    CONSTRAINT id_pos CHECK ((id > 0)),
    CONSTRAINT own CHECK ((id < 1000))
);
ALTER TABLE public.r_3_b OWNER TO postgres;

-- partition_attach parts.r_1
ALTER TABLE ONLY public.r ATTACH PARTITION parts.r_1 FOR VALUES FROM (MINVALUE, MINVALUE) TO ('2020-01-01', 5);

-- partition_attach parts.r_default
ALTER TABLE ONLY public.r ATTACH PARTITION parts.r_default DEFAULT;

-- partition_attach public.c_1
ALTER TABLE ONLY public.c ATTACH PARTITION public.c_1 FOR VALUES FROM ('a', MINVALUE) TO ('m', MAXVALUE);

-- partition_attach public.e_0
ALTER TABLE ONLY public.e ATTACH PARTITION public.e_0 FOR VALUES WITH (modulus 2, remainder 0);

-- partition_attach public.e_0_x
ALTER TABLE ONLY public.e_0 ATTACH PARTITION public.e_0_x DEFAULT;

-- partition_attach public.e_1
ALTER TABLE ONLY public.e ATTACH PARTITION public.e_1 FOR VALUES WITH (modulus 2, remainder 1);

-- partition_attach public.h_0
ALTER TABLE ONLY public.h ATTACH PARTITION public.h_0 FOR VALUES WITH (modulus 2, remainder 0);

-- partition_attach public.h_1
ALTER TABLE ONLY public.h ATTACH PARTITION public.h_1 FOR VALUES WITH (modulus 2, remainder 1);

-- partition_attach public.r_2
ALTER TABLE ONLY public.r ATTACH PARTITION public.r_2 FOR VALUES FROM ('2020-02-01', MINVALUE) TO ('2021-01-01', MAXVALUE);

-- partition_attach public.r_3
ALTER TABLE ONLY public.r ATTACH PARTITION public.r_3 FOR VALUES FROM ('2022-01-01', 0) TO ('2023-01-01', 0);

-- partition_attach public.r_3_a
ALTER TABLE ONLY public.r_3 ATTACH PARTITION public.r_3_a FOR VALUES IN ('a', 'it''s', NULL);

-- partition_attach public.r_3_b
ALTER TABLE ONLY public.r_3 ATTACH PARTITION public.r_3_b DEFAULT;

-- constraint public.r late
ALTER TABLE public.r ADD CONSTRAINT late CHECK ((id < 5000)) NOT VALID;

