CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.Told too
CREATE TABLE public."Told too" (
    a integer NOT NULL
);
ALTER TABLE public."Told too" OWNER TO postgres;

-- table public.told
CREATE TABLE public.told (
    a integer NOT NULL,
    b text
);
ALTER TABLE public.told OWNER TO postgres;

-- constraint public.Told too Told too_pkey
ALTER TABLE ONLY public."Told too"
    ADD CONSTRAINT "Told too_pkey" PRIMARY KEY (a);

-- constraint public.told told_pkey
ALTER TABLE ONLY public.told
    ADD CONSTRAINT told_pkey PRIMARY KEY (a);

-- publication two_tables
CREATE PUBLICATION two_tables WITH (publish = 'insert, delete');
ALTER PUBLICATION two_tables OWNER TO postgres;

-- publication_member public.two_tables Told too
ALTER PUBLICATION two_tables ADD TABLE ONLY public."Told too";

-- publication_member public.two_tables told
ALTER PUBLICATION two_tables ADD TABLE ONLY public.told;

