CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- sequence public.ident_j_seq
CREATE SEQUENCE public.ident_j_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.ident_j_seq OWNER TO postgres;

-- table public.a
CREATE TABLE public.a (
    x integer CONSTRAINT named NOT NULL,
    y integer CONSTRAINT a_y_not_null NOT NULL,
    z integer CONSTRAINT z_no NOT NULL NO INHERIT
);
ALTER TABLE public.a OWNER TO postgres;
COMMENT ON CONSTRAINT named on public.a IS 'a comment';

-- table public.a_b
CREATE TABLE public.a_b (
    c integer NOT NULL
);
ALTER TABLE public.a_b OWNER TO postgres;

-- table public.child
CREATE TABLE public.child (
)
INHERITS (public.a);
ALTER TABLE ONLY public.child ALTER COLUMN z DROP NOT NULL;
ALTER TABLE public.child OWNER TO postgres;

-- table public.child_local
CREATE TABLE public.child_local (
    x integer NOT NULL,
    CONSTRAINT zz NOT NULL z
)
INHERITS (public.a);
ALTER TABLE public.child_local OWNER TO postgres;

-- table public.child_own
CREATE TABLE public.child_own (
    CONSTRAINT own NOT NULL z
)
INHERITS (public.a);
ALTER TABLE public.child_own OWNER TO postgres;

-- table public.enforce
CREATE TABLE public.enforce (
    a integer
);
ALTER TABLE public.enforce OWNER TO postgres;

-- table public.ident
CREATE TABLE public.ident (
    i integer CONSTRAINT i_name NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.ident_i_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1),
    j integer DEFAULT nextval('public.ident_j_seq'::regclass) NOT NULL
);
ALTER TABLE public.ident OWNER TO postgres;

-- table public.idp
CREATE TABLE public.idp (
    k integer,
    i integer CONSTRAINT idp_i_not_null NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.idp_i_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1)
)
PARTITION BY LIST (k);
ALTER TABLE public.idp OWNER TO postgres;

-- table public.idp_1
CREATE TABLE public.idp_1 (
    k integer,
    i integer CONSTRAINT idp_i_not_null NOT NULL
);
ALTER TABLE public.idp_1 OWNER TO postgres;

-- table public.late
CREATE TABLE public.late (
    v integer,
    w integer
);
ALTER TABLE public.late OWNER TO postgres;

-- table public.late_child
CREATE TABLE public.late_child (
    CONSTRAINT late_nn NOT NULL v,
    CONSTRAINT late_w_not_null NOT NULL w
)
INHERITS (public.late);
ALTER TABLE public.late_child OWNER TO postgres;

-- table public.n
CREATE TABLE public.n (
    b_c integer NOT NULL
);
ALTER TABLE public.n OWNER TO postgres;

-- table public.n_b
CREATE TABLE public.n_b (
    c integer CONSTRAINT n_b_c_not_null1 NOT NULL
);
ALTER TABLE public.n_b OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer CONSTRAINT p_v NOT NULL
)
PARTITION BY LIST (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer CONSTRAINT p_k_not_null NOT NULL,
    v integer CONSTRAINT p_v NOT NULL
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.p_2
CREATE TABLE public.p_2 (
    v integer CONSTRAINT own_name NOT NULL,
    k integer NOT NULL
);
ALTER TABLE public.p_2 OWNER TO postgres;

-- table public.virtual
CREATE TABLE public.virtual (
    a integer,
    v integer GENERATED ALWAYS AS ((a * 2)) VIRTUAL,
    w integer GENERATED ALWAYS AS (a) VIRTUAL NOT NULL
);
ALTER TABLE public.virtual OWNER TO postgres;

-- partition_attach public.idp_1
ALTER TABLE ONLY public.idp ATTACH PARTITION public.idp_1 FOR VALUES IN (1);

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES IN (1);

-- partition_attach public.p_2
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_2 FOR VALUES IN (2);

-- sequence_owner public.ident_j_seq
ALTER SEQUENCE public.ident_j_seq OWNED BY public.ident.j;

-- constraint public.enforce no
ALTER TABLE public.enforce ADD CONSTRAINT no CHECK ((a > 0)) NOT ENFORCED;

-- constraint public.ident ident_pkey
ALTER TABLE ONLY public.ident
    ADD CONSTRAINT ident_pkey PRIMARY KEY (i);

-- constraint public.late late_nn
ALTER TABLE public.late ADD CONSTRAINT late_nn NOT NULL v NOT VALID;

-- constraint public.late late_w_not_null
ALTER TABLE public.late ADD CONSTRAINT late_w_not_null NOT NULL w NOT VALID;

