CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- sequence public.called
CREATE SEQUENCE public.called
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.called OWNER TO postgres;

-- sequence public.counted_a_seq
CREATE SEQUENCE public.counted_a_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.counted_a_seq OWNER TO postgres;

-- sequence public.down
CREATE SEQUENCE public.down
    START WITH 10
    INCREMENT BY -3
    MINVALUE -100
    MAXVALUE 10
    CACHE 1;
ALTER SEQUENCE public.down OWNER TO postgres;

-- sequence public.put
CREATE SEQUENCE public.put
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.put OWNER TO postgres;

-- sequence public.untouched
CREATE SEQUENCE public.untouched
    START WITH 7
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.untouched OWNER TO postgres;

-- table public.counted
CREATE TABLE public.counted (
    a integer DEFAULT nextval('public.counted_a_seq'::regclass) NOT NULL,
    b integer NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.counted_b_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1)
);
ALTER TABLE public.counted OWNER TO postgres;

-- sequence_owner public.counted_a_seq
ALTER SEQUENCE public.counted_a_seq OWNED BY public.counted.a;

