CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.ident
CREATE TABLE public.ident (
    k integer NOT NULL
);
ALTER TABLE public.ident OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer,
    v integer
)
PARTITION BY RANGE (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer NOT NULL,
    v integer
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.refers
CREATE TABLE public.refers (
    k integer,
    t integer
);
ALTER TABLE public.refers OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    id integer NOT NULL,
    a integer,
    b integer,
    c integer,
    r int4range
);
ALTER TABLE public.t OWNER TO postgres;

-- table public.u
CREATE TABLE public.u (
    k integer NOT NULL,
    v text
);
ALTER TABLE public.u OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES FROM (0) TO (10);

-- constraint public.ident k_key
ALTER TABLE ONLY public.ident
    ADD CONSTRAINT k_key UNIQUE (k);
ALTER TABLE ONLY public.ident REPLICA IDENTITY USING INDEX k_key;

-- constraint public.p_1 p_1_pkey
ALTER TABLE ONLY public.p_1
    ADD CONSTRAINT p_1_pkey PRIMARY KEY (k);

-- constraint public.t A unique
ALTER TABLE ONLY public.t
    ADD CONSTRAINT "A unique" UNIQUE (a);

-- constraint public.t excl
ALTER TABLE ONLY public.t
    ADD CONSTRAINT excl EXCLUDE USING gist (r WITH &&) WHERE ((id > 0)) DEFERRABLE;

-- constraint public.t late
ALTER TABLE ONLY public.t
    ADD CONSTRAINT late UNIQUE (c) DEFERRABLE INITIALLY DEFERRED;

-- constraint public.t t_pkey
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);
COMMENT ON INDEX public.t_pkey IS 'its index';
COMMENT ON CONSTRAINT t_pkey ON public.t IS 'the key';

-- constraint public.u u_pk
ALTER TABLE ONLY public.u
    ADD CONSTRAINT u_pk PRIMARY KEY (k) WITH (fillfactor='60');
ALTER TABLE public.u CLUSTER ON u_pk;

-- foreign_key public.refers later
ALTER TABLE ONLY public.refers
    ADD CONSTRAINT later FOREIGN KEY (t) REFERENCES public.t(id) NOT VALID;

-- foreign_key public.refers refers_k_fkey
ALTER TABLE ONLY public.refers
    ADD CONSTRAINT refers_k_fkey FOREIGN KEY (k) REFERENCES public.u(k) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- foreign_key public.refers refers_t_fkey
ALTER TABLE ONLY public.refers
    ADD CONSTRAINT refers_t_fkey FOREIGN KEY (t) REFERENCES public.t(a) MATCH FULL ON UPDATE SET NULL;

