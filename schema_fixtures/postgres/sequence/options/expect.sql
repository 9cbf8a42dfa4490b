CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_sequence
CREATE SCHEMA s_sequence;
ALTER SCHEMA s_sequence OWNER TO postgres;

-- sequence public.down
CREATE SEQUENCE public.down
    AS integer
    START WITH -1
    INCREMENT BY -1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.down OWNER TO postgres;

-- sequence public.never
CREATE SEQUENCE public.never
    START WITH 77
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.never OWNER TO postgres;

-- sequence public.owned
CREATE SEQUENCE public.owned
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.owned OWNER TO postgres;

-- sequence public.plain
CREATE SEQUENCE public.plain
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.plain OWNER TO postgres;

-- sequence public.renamed
CREATE SEQUENCE public.renamed
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.renamed OWNER TO postgres;

-- sequence public.serials_Mixed_seq
CREATE SEQUENCE public."serials_Mixed_seq"
    AS smallint
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public."serials_Mixed_seq" OWNER TO postgres;

-- sequence public.serials_id_seq
CREATE SEQUENCE public.serials_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.serials_id_seq OWNER TO postgres;

-- sequence public.small
CREATE SEQUENCE public.small
    AS smallint
    START WITH 5
    INCREMENT BY 2
    MINVALUE 3
    MAXVALUE 99
    CACHE 4
    CYCLE;
ALTER SEQUENCE public.small OWNER TO postgres;

-- sequence s_sequence.Odd.Name
CREATE SEQUENCE s_sequence."Odd.Name"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    MAXVALUE 10
    CACHE 1;
ALTER SEQUENCE s_sequence."Odd.Name" OWNER TO postgres;

-- table public.other
CREATE TABLE public.other (
    n bigint DEFAULT nextval('public.plain'::regclass)
);
ALTER TABLE public.other OWNER TO postgres;

-- table public.serials
CREATE TABLE public.serials (
    id integer DEFAULT nextval('public.serials_id_seq'::regclass) NOT NULL,
    big bigint DEFAULT nextval('public.renamed'::regclass) NOT NULL,
    "Mixed" smallint DEFAULT nextval('public."serials_Mixed_seq"'::regclass) NOT NULL
);
ALTER TABLE public.serials OWNER TO postgres;

-- sequence_owner public.owned
ALTER SEQUENCE public.owned OWNED BY public.other.n;

-- sequence_owner public.renamed
ALTER SEQUENCE public.renamed OWNED BY public.serials.big;

-- sequence_owner public.serials_Mixed_seq
ALTER SEQUENCE public."serials_Mixed_seq" OWNED BY public.serials."Mixed";

-- sequence_owner public.serials_id_seq
ALTER SEQUENCE public.serials_id_seq OWNED BY public.serials.id;

