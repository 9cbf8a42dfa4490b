CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- foreign_data_wrapper fdw
CREATE FOREIGN DATA WRAPPER fdw;
ALTER FOREIGN DATA WRAPPER fdw OWNER TO postgres;

-- foreign_server srv
CREATE SERVER srv FOREIGN DATA WRAPPER fdw;
ALTER SERVER srv OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer,
    v text DEFAULT 'd'::text
)
PARTITION BY LIST (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.parent
CREATE TABLE public.parent (
    a integer,
    b text
);
ALTER TABLE public.parent OWNER TO postgres;

-- foreign_table public.bare
CREATE FOREIGN TABLE public.bare (
)
SERVER srv;
ALTER FOREIGN TABLE public.bare OWNER TO postgres;

-- foreign_table public.child
CREATE FOREIGN TABLE public.child (
)
INHERITS (public.parent)
SERVER srv;
ALTER TABLE ONLY public.child ALTER COLUMN a SET STATISTICS 12;
ALTER TABLE ONLY public.child ALTER COLUMN b SET DEFAULT 'own'::text;
ALTER FOREIGN TABLE public.child OWNER TO postgres;

-- foreign_table public.p_1
CREATE FOREIGN TABLE public.p_1 (
    k integer,
    v text DEFAULT 'd'::text
)
SERVER srv;
ALTER FOREIGN TABLE public.p_1 OWNER TO postgres;

-- foreign_table public.plain
CREATE FOREIGN TABLE public.plain (
    a integer OPTIONS (column_name 'x y', "Key" 'it''s') DEFAULT 5 NOT NULL,
    b text COLLATE pg_catalog."C",
    CONSTRAINT plain_a_check CHECK ((a > 0))
)
SERVER srv
OPTIONS (table_name 't', "Odd key" 'v"');
ALTER FOREIGN TABLE public.plain OWNER TO postgres;
COMMENT ON FOREIGN TABLE public.plain IS 'far';
COMMENT ON COLUMN public.plain.a IS 'a';

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES IN (1);

