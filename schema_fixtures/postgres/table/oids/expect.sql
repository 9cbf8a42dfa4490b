CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public
DO $$BEGIN
    IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 150000 THEN
        IF (SELECT pg_catalog.bool_or(pg_catalog.pg_has_role(r.oid, 'MEMBER')) FROM pg_catalog.pg_roles r WHERE r.rolname = 'postgres') THEN
            ALTER SCHEMA public OWNER TO postgres;
        END IF;
        GRANT CREATE ON SCHEMA public TO PUBLIC;
    END IF;
END$$;

-- composite public.pair
CREATE TYPE public.pair AS (
    a integer,
    b text
);
ALTER TYPE public.pair OWNER TO postgres;

-- foreign_data_wrapper oids_wrapper
CREATE FOREIGN DATA WRAPPER oids_wrapper;
ALTER FOREIGN DATA WRAPPER oids_wrapper OWNER TO postgres;

-- foreign_server oids_server
CREATE SERVER oids_server FOREIGN DATA WRAPPER oids_wrapper;
ALTER SERVER oids_server OWNER TO postgres;

-- table public.bare
CREATE TABLE public.bare (
)
WITH (oids=true);
ALTER TABLE public.bare OWNER TO postgres;

-- table public.parent
CREATE TABLE public.parent (
    a integer,
    b text
)
WITH (oids=true);
ALTER TABLE public.parent OWNER TO postgres;

-- table public.child
CREATE TABLE public.child (
    c integer
)
INHERITS (public.parent)
WITH (oids=true);
ALTER TABLE public.child OWNER TO postgres;

-- table public.keyed
CREATE TABLE public.keyed (
    a text
)
WITH (oids=true);
ALTER TABLE public.keyed OWNER TO postgres;

-- table public.later_with
CREATE TABLE public.later_with (
    a integer
)
WITH (oids=true);
ALTER TABLE public.later_with OWNER TO postgres;

-- table public.once_with
CREATE TABLE public.once_with (
    a integer
);
ALTER TABLE public.once_with OWNER TO postgres;

-- table public.parted
CREATE TABLE public.parted (
    a integer,
    b text
)
PARTITION BY LIST (a)
WITH (oids=true);
ALTER TABLE public.parted OWNER TO postgres;

-- table public.part_one
CREATE TABLE public.part_one (
    a integer,
    b text
)
WITH (oids=true);
ALTER TABLE public.part_one OWNER TO postgres;

-- table public.part_two
CREATE TABLE public.part_two (
    b text,
    a integer
)
WITH (oids=true);
ALTER TABLE public.part_two OWNER TO postgres;

-- table public.plain
CREATE TABLE public.plain (
    a integer,
    b text
)
WITH (fillfactor='70', oids=true);
ALTER TABLE public.plain OWNER TO postgres;

-- table public.rows_of
CREATE TABLE public.rows_of (
    t public.plain
);
ALTER TABLE public.rows_of OWNER TO postgres;

-- table public.typed
CREATE TABLE public.typed OF public.pair
WITH (oids=true);
ALTER TABLE public.typed OWNER TO postgres;

-- foreign_table public.afar
CREATE FOREIGN TABLE public.afar (
    a integer
)
SERVER oids_server;
ALTER FOREIGN TABLE ONLY public.afar SET WITH OIDS;
ALTER FOREIGN TABLE public.afar OWNER TO postgres;

-- partition_attach public.part_one
ALTER TABLE ONLY public.parted ATTACH PARTITION public.part_one FOR VALUES IN (1);

-- partition_attach public.part_two
ALTER TABLE ONLY public.parted ATTACH PARTITION public.part_two FOR VALUES IN (2);

-- view public.by_oid
CREATE VIEW public.by_oid AS
SELECT plain.oid,
    plain.a
   FROM public.plain
  WHERE (plain.oid > (0)::oid);
ALTER VIEW public.by_oid OWNER TO postgres;

-- constraint public.keyed keyed_pkey
ALTER TABLE ONLY public.keyed
    ADD CONSTRAINT keyed_pkey PRIMARY KEY (oid);

-- index public.plain_oid
CREATE UNIQUE INDEX plain_oid ON public.plain USING btree (oid);

