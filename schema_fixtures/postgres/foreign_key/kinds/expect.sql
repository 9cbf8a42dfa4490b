CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_foreign_key
CREATE SCHEMA s_foreign_key;
ALTER SCHEMA s_foreign_key OWNER TO postgres;

-- table public.loose
CREATE TABLE public.loose (
    a integer
);
ALTER TABLE public.loose OWNER TO postgres;

-- table public.one
CREATE TABLE public.one (
    id integer NOT NULL,
    two integer
);
ALTER TABLE public.one OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    r integer
)
PARTITION BY RANGE (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    r integer
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.p_2
CREATE TABLE public.p_2 (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    r integer
)
PARTITION BY LIST (k);
ALTER TABLE public.p_2 OWNER TO postgres;

-- table public.p_2_a
CREATE TABLE public.p_2_a (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    r integer
);
ALTER TABLE public.p_2_a OWNER TO postgres;

-- table public.refs
CREATE TABLE public.refs (
    id integer NOT NULL,
    x integer,
    y integer,
    c integer,
    self integer
);
ALTER TABLE public.refs OWNER TO postgres;

-- table public.to_partitioned
CREATE TABLE public.to_partitioned (
    k integer
);
ALTER TABLE public.to_partitioned OWNER TO postgres;

-- table public.two
CREATE TABLE public.two (
    id integer NOT NULL,
    one integer
);
ALTER TABLE public.two OWNER TO postgres;

-- table s_foreign_key.target
CREATE TABLE s_foreign_key.target (
    a integer NOT NULL,
    b integer NOT NULL,
    c integer
);
ALTER TABLE s_foreign_key.target OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES FROM (0) TO (10);

-- partition_attach public.p_2
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_2 FOR VALUES FROM (10) TO (20);

-- partition_attach public.p_2_a
ALTER TABLE ONLY public.p_2 ATTACH PARTITION public.p_2_a DEFAULT;

-- constraint public.one one_pkey
ALTER TABLE ONLY public.one
    ADD CONSTRAINT one_pkey PRIMARY KEY (id);

-- constraint public.p p_pkey
ALTER TABLE ONLY public.p
    ADD CONSTRAINT p_pkey PRIMARY KEY (k);

-- constraint public.p_1 p_1_pkey
ALTER TABLE ONLY public.p_1
    ADD CONSTRAINT p_1_pkey PRIMARY KEY (k);

-- constraint public.p_2 p_2_pkey
ALTER TABLE ONLY public.p_2
    ADD CONSTRAINT p_2_pkey PRIMARY KEY (k);

-- constraint public.p_2_a p_2_a_pkey
ALTER TABLE ONLY public.p_2_a
    ADD CONSTRAINT p_2_a_pkey PRIMARY KEY (k);

-- constraint public.refs refs_pkey
ALTER TABLE ONLY public.refs
    ADD CONSTRAINT refs_pkey PRIMARY KEY (id);

-- constraint public.two two_pkey
ALTER TABLE ONLY public.two
    ADD CONSTRAINT two_pkey PRIMARY KEY (id);

-- constraint s_foreign_key.target target_c_key
ALTER TABLE ONLY s_foreign_key.target
    ADD CONSTRAINT target_c_key UNIQUE (c);

-- constraint s_foreign_key.target target_pkey
ALTER TABLE ONLY s_foreign_key.target
    ADD CONSTRAINT target_pkey PRIMARY KEY (a, b);

-- index_attach public.p_1_pkey
ALTER INDEX public.p_pkey ATTACH PARTITION public.p_1_pkey;

-- index_attach public.p_2_a_pkey
ALTER INDEX public.p_2_pkey ATTACH PARTITION public.p_2_a_pkey;

-- index_attach public.p_2_pkey
ALTER INDEX public.p_pkey ATTACH PARTITION public.p_2_pkey;

-- foreign_key public.loose broken
ALTER TABLE ONLY public.loose
    ADD CONSTRAINT broken FOREIGN KEY (a) REFERENCES public.refs(id) NOT VALID;
COMMENT ON CONSTRAINT broken ON public.loose IS 'not valid';

-- foreign_key public.one one_two_fkey
ALTER TABLE ONLY public.one
    ADD CONSTRAINT one_two_fkey FOREIGN KEY (two) REFERENCES public.two(id);

-- foreign_key public.p p_r_fkey
ALTER TABLE public.p
    ADD CONSTRAINT p_r_fkey FOREIGN KEY (r) REFERENCES public.refs(id);

-- foreign_key public.refs full_match
ALTER TABLE ONLY public.refs
    ADD CONSTRAINT full_match FOREIGN KEY (x, y) REFERENCES s_foreign_key.target(a, b) MATCH FULL ON UPDATE SET NULL;

-- foreign_key public.refs late
ALTER TABLE ONLY public.refs
    ADD CONSTRAINT late FOREIGN KEY (c) REFERENCES s_foreign_key.target(c) DEFERRABLE INITIALLY DEFERRED;

-- foreign_key public.refs to itself
ALTER TABLE ONLY public.refs
    ADD CONSTRAINT "to itself" FOREIGN KEY (self) REFERENCES public.refs(id) ON DELETE CASCADE;

-- foreign_key public.to_partitioned to_partitioned_k_fkey
ALTER TABLE ONLY public.to_partitioned
    ADD CONSTRAINT to_partitioned_k_fkey FOREIGN KEY (k) REFERENCES public.p(k);

-- foreign_key public.two two_one_fkey
ALTER TABLE ONLY public.two
    ADD CONSTRAINT two_one_fkey FOREIGN KEY (one) REFERENCES public.one(id);

