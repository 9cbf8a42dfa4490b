CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema wide
CREATE SCHEMA wide;
ALTER SCHEMA wide OWNER TO postgres;

-- table public.filtered
CREATE TABLE public.filtered (
    id integer NOT NULL,
    "B" text,
    c text
);
ALTER TABLE public.filtered OWNER TO postgres;

-- table wide.a
CREATE TABLE wide.a (
    id integer NOT NULL,
    "B" text,
    c text
);
ALTER TABLE wide.a OWNER TO postgres;

-- constraint public.filtered filtered_pkey
ALTER TABLE ONLY public.filtered
    ADD CONSTRAINT filtered_pkey PRIMARY KEY (id);

-- constraint wide.a a_pkey
ALTER TABLE ONLY wide.a
    ADD CONSTRAINT a_pkey PRIMARY KEY (id);

-- publication by_schema
CREATE PUBLICATION by_schema WITH (publish = 'insert, update, delete, truncate');
ALTER PUBLICATION by_schema OWNER TO postgres;

-- publication narrow
CREATE PUBLICATION narrow WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true);
ALTER PUBLICATION narrow OWNER TO postgres;

-- publication_member public.narrow filtered
ALTER PUBLICATION narrow ADD TABLE ONLY public.filtered (id, "B") WHERE ((id > 5));

-- publication_member wide.by_schema
ALTER PUBLICATION by_schema ADD TABLES IN SCHEMA wide;

