CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- foreign_data_wrapper compressed_wrapper
CREATE FOREIGN DATA WRAPPER compressed_wrapper;
ALTER FOREIGN DATA WRAPPER compressed_wrapper OWNER TO postgres;

-- foreign_server compressed_server
CREATE SERVER compressed_server FOREIGN DATA WRAPPER compressed_wrapper;
ALTER SERVER compressed_server OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    a integer,
    b text
)
PARTITION BY RANGE (a);
ALTER TABLE ONLY public.p ALTER COLUMN b SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.p ALTER COLUMN b SET COMPRESSION pglz;
ALTER TABLE public.p OWNER TO postgres;

-- table public.l
CREATE TABLE public.l (
    a integer,
    b text
);
ALTER TABLE ONLY public.l ALTER COLUMN b SET STORAGE EXTERNAL;
ALTER TABLE ONLY public.l ALTER COLUMN b SET COMPRESSION pglz;
ALTER TABLE public.l OWNER TO postgres;

-- foreign_table public.f
CREATE FOREIGN TABLE public.f (
    a integer,
    b text
)
SERVER compressed_server;
ALTER TABLE ONLY public.f ALTER COLUMN b SET STORAGE EXTERNAL;
ALTER FOREIGN TABLE public.f OWNER TO postgres;

-- partition_attach public.f
ALTER TABLE ONLY public.p ATTACH PARTITION public.f FOR VALUES FROM (1) TO (10);

-- partition_attach public.l
ALTER TABLE ONLY public.p ATTACH PARTITION public.l FOR VALUES FROM (10) TO (20);

