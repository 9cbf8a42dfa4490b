CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_constraint
CREATE SCHEMA s_constraint;
ALTER SCHEMA s_constraint OWNER TO postgres;

-- table public.ex
CREATE TABLE public.ex (
    a integer,
    b text
);
ALTER TABLE public.ex OWNER TO postgres;

-- table public.ident
CREATE TABLE public.ident (
    k integer NOT NULL,
    v integer
);
ALTER TABLE public.ident OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer
)
PARTITION BY RANGE (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.p_2
CREATE TABLE public.p_2 (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer
)
PARTITION BY LIST (k);
ALTER TABLE public.p_2 OWNER TO postgres;

-- table public.p_3
CREATE TABLE public.p_3 (
    v integer,
    k integer NOT NULL
);
ALTER TABLE public.p_3 OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    id integer NOT NULL,
    a integer,
    b integer,
    c integer,
    r int4range
);
ALTER TABLE public.t OWNER TO postgres;

-- table s_constraint.p_2_a
CREATE TABLE s_constraint.p_2_a (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer
);
ALTER TABLE s_constraint.p_2_a OWNER TO postgres;

-- table s_constraint.u
CREATE TABLE s_constraint.u (
    k integer NOT NULL,
    v text
);
ALTER TABLE s_constraint.u OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES FROM (0) TO (10);

-- partition_attach public.p_2
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_2 FOR VALUES FROM (10) TO (20);

-- partition_attach public.p_3
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_3 FOR VALUES FROM (20) TO (30);

-- partition_attach s_constraint.p_2_a
ALTER TABLE ONLY public.p_2 ATTACH PARTITION s_constraint.p_2_a FOR VALUES IN (11);

-- constraint public.ex ex_c
ALTER TABLE ONLY public.ex
    ADD CONSTRAINT ex_c EXCLUDE USING btree (((a + 1)) WITH =, lower(b) WITH =);
ALTER INDEX public.ex_c ALTER COLUMN 1 SET STATISTICS 77;

-- constraint public.ident k_key
ALTER TABLE ONLY public.ident
    ADD CONSTRAINT k_key UNIQUE (k);
ALTER TABLE ONLY public.ident REPLICA IDENTITY USING INDEX k_key;

-- constraint public.ident v_key
ALTER TABLE ONLY public.ident
    ADD CONSTRAINT v_key UNIQUE (v);

-- constraint public.p p_k_v_key
ALTER TABLE ONLY public.p
    ADD CONSTRAINT p_k_v_key UNIQUE (k, v);

-- constraint public.p p_pkey
ALTER TABLE ONLY public.p
    ADD CONSTRAINT p_pkey PRIMARY KEY (k);

-- constraint public.p_1 p_1_k_v_key
ALTER TABLE ONLY public.p_1
    ADD CONSTRAINT p_1_k_v_key UNIQUE (k, v);

-- constraint public.p_1 p_1_pkey
ALTER TABLE ONLY public.p_1
    ADD CONSTRAINT p_1_pkey PRIMARY KEY (k);

-- constraint public.p_2 p_2_k_v_key
ALTER TABLE ONLY public.p_2
    ADD CONSTRAINT p_2_k_v_key UNIQUE (k, v);

-- constraint public.p_2 p_2_pkey
ALTER TABLE ONLY public.p_2
    ADD CONSTRAINT p_2_pkey PRIMARY KEY (k);

-- constraint public.p_3 extra
ALTER TABLE ONLY public.p_3
    ADD CONSTRAINT extra UNIQUE (v);

-- constraint public.p_3 own
ALTER TABLE ONLY public.p_3
    ADD CONSTRAINT own PRIMARY KEY (k);

-- constraint public.p_3 p_3_k_v_key
ALTER TABLE ONLY public.p_3
    ADD CONSTRAINT p_3_k_v_key UNIQUE (k, v);

-- constraint public.t A unique
ALTER TABLE ONLY public.t
    ADD CONSTRAINT "A unique" UNIQUE (a);

-- constraint public.t excl
ALTER TABLE ONLY public.t
    ADD CONSTRAINT excl EXCLUDE USING gist (r WITH &&) WHERE ((id > 0)) DEFERRABLE;

-- constraint public.t hashed
ALTER TABLE ONLY public.t
    ADD CONSTRAINT hashed EXCLUDE USING hash (b WITH =) WITH (fillfactor='80') WHERE (
CASE
    WHEN (a > 1) THEN true
    ELSE false
END);

-- constraint public.t inc
ALTER TABLE ONLY public.t
    ADD CONSTRAINT inc UNIQUE (b) INCLUDE (c);

-- constraint public.t late
ALTER TABLE ONLY public.t
    ADD CONSTRAINT late UNIQUE (c) DEFERRABLE INITIALLY DEFERRED;

-- constraint public.t may
ALTER TABLE ONLY public.t
    ADD CONSTRAINT may UNIQUE (b, c) DEFERRABLE;

-- constraint public.t t_pkey
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);
COMMENT ON INDEX public.t_pkey IS 'its index';
COMMENT ON CONSTRAINT t_pkey ON public.t IS 'the key';

-- constraint s_constraint.p_2_a p_2_a_k_v_key
ALTER TABLE ONLY s_constraint.p_2_a
    ADD CONSTRAINT p_2_a_k_v_key UNIQUE (k, v);

-- constraint s_constraint.p_2_a p_2_a_pkey
ALTER TABLE ONLY s_constraint.p_2_a
    ADD CONSTRAINT p_2_a_pkey PRIMARY KEY (k);

-- constraint s_constraint.u u_pk
ALTER TABLE ONLY s_constraint.u
    ADD CONSTRAINT u_pk PRIMARY KEY (k) WITH (fillfactor='60');
ALTER TABLE s_constraint.u CLUSTER ON u_pk;

-- index_attach public.own
ALTER INDEX public.p_pkey ATTACH PARTITION public.own;

-- index_attach public.p_1_k_v_key
ALTER INDEX public.p_k_v_key ATTACH PARTITION public.p_1_k_v_key;

-- index_attach public.p_1_pkey
ALTER INDEX public.p_pkey ATTACH PARTITION public.p_1_pkey;

-- index_attach public.p_2_k_v_key
ALTER INDEX public.p_k_v_key ATTACH PARTITION public.p_2_k_v_key;

-- index_attach public.p_2_pkey
ALTER INDEX public.p_pkey ATTACH PARTITION public.p_2_pkey;

-- index_attach public.p_3_k_v_key
ALTER INDEX public.p_k_v_key ATTACH PARTITION public.p_3_k_v_key;

-- index_attach s_constraint.p_2_a_k_v_key
ALTER INDEX public.p_2_k_v_key ATTACH PARTITION s_constraint.p_2_a_k_v_key;

-- index_attach s_constraint.p_2_a_pkey
ALTER INDEX public.p_2_pkey ATTACH PARTITION s_constraint.p_2_a_pkey;

