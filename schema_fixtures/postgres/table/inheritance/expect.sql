CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.p1
CREATE TABLE public.p1 (
    a integer CONSTRAINT p1_a_not_null NOT NULL,
    b text DEFAULT 'p1'::text,
    c integer,
    CONSTRAINT c_pos CHECK ((c > 0))
);
ALTER TABLE public.p1 OWNER TO postgres;

-- table public.attached
CREATE TABLE public.attached (
    c integer,
    b text DEFAULT NULL,
    a integer NOT NULL,
    extra integer,
    CONSTRAINT c_pos CHECK ((c > 0))
)
INHERITS (public.p1);
ALTER TABLE public.attached OWNER TO postgres;

-- table public.child
CREATE TABLE public.child (
)
INHERITS (public.p1);
ALTER TABLE ONLY public.child ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE public.child OWNER TO postgres;

-- table public.child_bare
CREATE TABLE public.child_bare (
)
INHERITS (public.p1);
ALTER TABLE ONLY public.child_bare ALTER COLUMN b DROP DEFAULT;
ALTER TABLE public.child_bare OWNER TO postgres;

-- table public.child_check
CREATE TABLE public.child_check (
    CONSTRAINT c_pos CHECK ((c > 0)),
    CONSTRAINT child_check_a_check CHECK ((a > 1))
)
INHERITS (public.p1);
ALTER TABLE ONLY public.child_check ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE public.child_check OWNER TO postgres;

-- table public.child_default
CREATE TABLE public.child_default (
    NOT NULL c
)
INHERITS (public.p1);
ALTER TABLE ONLY public.child_default ALTER COLUMN b SET DEFAULT 'child'::text;
ALTER TABLE ONLY public.child_default ALTER COLUMN c SET DEFAULT 9;
ALTER TABLE public.child_default OWNER TO postgres;

-- table public.child_local
CREATE TABLE public.child_local (
    a integer,
    c integer DEFAULT 5,
    own text
)
INHERITS (public.p1);
ALTER TABLE ONLY public.child_local ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE public.child_local OWNER TO postgres;

-- table public.child_null
CREATE TABLE public.child_null (
    b text DEFAULT NULL
)
INHERITS (public.p1);
ALTER TABLE public.child_null OWNER TO postgres;

-- table public.p2
CREATE TABLE public.p2 (
    b text DEFAULT 'p1'::text,
    d text
);
ALTER TABLE ONLY public.p2 ALTER COLUMN d SET STORAGE EXTERNAL;
ALTER TABLE public.p2 OWNER TO postgres;

-- table public.child_storage
CREATE TABLE public.child_storage (
)
INHERITS (public.p1, public.p2);
ALTER TABLE ONLY public.child_storage ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE ONLY public.child_storage ALTER COLUMN b SET STATISTICS 7;
ALTER TABLE ONLY public.child_storage ALTER COLUMN d SET STORAGE EXTERNAL;
ALTER TABLE public.child_storage OWNER TO postgres;

-- table public.child_two
CREATE TABLE public.child_two (
    own integer
)
INHERITS (public.p1, public.p2);
ALTER TABLE ONLY public.child_two ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE ONLY public.child_two ALTER COLUMN d SET STORAGE EXTERNAL;
ALTER TABLE public.child_two OWNER TO postgres;

-- table public.gen_parent
CREATE TABLE public.gen_parent (
    a integer,
    g integer GENERATED ALWAYS AS ((a + 1)) STORED
);
ALTER TABLE public.gen_parent OWNER TO postgres;

-- table public.gen_child
CREATE TABLE public.gen_child (
)
INHERITS (public.gen_parent);
ALTER TABLE public.gen_child OWNER TO postgres;

-- table public.gen_local
CREATE TABLE public.gen_local (
    a integer
)
INHERITS (public.gen_parent);
ALTER TABLE public.gen_local OWNER TO postgres;

-- table public.grandchild
CREATE TABLE public.grandchild (
)
INHERITS (public.child);
ALTER TABLE ONLY public.grandchild ALTER COLUMN b SET DEFAULT 'p1'::text;
ALTER TABLE public.grandchild OWNER TO postgres;

-- table public.ident_child
CREATE TABLE public.ident_child (
    NOT NULL a
)
INHERITS (public.gen_parent);
ALTER TABLE ONLY public.ident_child ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.ident_child_a_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1);
ALTER TABLE public.ident_child OWNER TO postgres;

-- constraint public.p1 late
ALTER TABLE public.p1 ADD CONSTRAINT late CHECK ((a > 7)) NOT VALID;

-- constraint public.p1 local_only
ALTER TABLE public.p1 ADD CONSTRAINT local_only CHECK ((a > 8)) NO INHERIT NOT VALID;

