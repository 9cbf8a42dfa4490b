CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.published
CREATE TABLE public.published (
    id integer NOT NULL,
    body text
);
ALTER TABLE public.published OWNER TO postgres;

-- constraint public.published published_pkey
ALTER TABLE ONLY public.published
    ADD CONSTRAINT published_pkey PRIMARY KEY (id);

-- publication All of it
CREATE PUBLICATION "All of it" FOR ALL TABLES WITH (publish = 'insert, update, delete, truncate');
ALTER PUBLICATION "All of it" OWNER TO postgres;

-- publication some
CREATE PUBLICATION "some" WITH (publish = 'insert, delete');
ALTER PUBLICATION "some" OWNER TO postgres;
COMMENT ON PUBLICATION "some" IS 'a part';

-- publication_member public.some published
ALTER PUBLICATION "some" ADD TABLE ONLY public.published;

