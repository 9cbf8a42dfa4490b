CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.n
CREATE TABLE public.n (
    a integer,
    b integer
);
ALTER TABLE public.n OWNER TO postgres;

-- constraint public.n n_a
ALTER TABLE ONLY public.n
    ADD CONSTRAINT n_a UNIQUE NULLS NOT DISTINCT (a);

-- constraint public.n n_b_a_key
ALTER TABLE ONLY public.n
    ADD CONSTRAINT n_b_a_key UNIQUE NULLS NOT DISTINCT (b) INCLUDE (a);

-- index public.n_i
CREATE UNIQUE INDEX n_i ON public.n USING btree (a, b) NULLS NOT DISTINCT WHERE (a > 0);

