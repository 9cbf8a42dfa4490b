CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.r
CREATE TABLE public.r (
    a integer,
    b integer
);
ALTER TABLE public.r OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer NOT NULL,
    b integer NOT NULL
);
ALTER TABLE public.t OWNER TO postgres;

-- constraint public.t t_pkey
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (a, b);

-- foreign_key public.r r_a_b_fkey
ALTER TABLE ONLY public.r
    ADD CONSTRAINT r_a_b_fkey FOREIGN KEY (a, b) REFERENCES public.t(a, b) ON DELETE SET NULL (b);

