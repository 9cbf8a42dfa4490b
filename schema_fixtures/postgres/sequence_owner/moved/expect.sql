CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- sequence public.Counts Other
CREATE SEQUENCE public."Counts Other"
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public."Counts Other" OWNER TO postgres;

-- sequence public.counted_id_seq
CREATE SEQUENCE public.counted_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.counted_id_seq OWNER TO postgres;

-- sequence public.early
CREATE SEQUENCE public.early
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.early OWNER TO alice;

-- table public.counted
CREATE TABLE public.counted (
    id integer DEFAULT nextval('public.counted_id_seq'::regclass) NOT NULL,
    other bigint DEFAULT (nextval('public."Counts Other"'::regclass) * 2)
);
ALTER TABLE public.counted OWNER TO postgres;

-- table public.later
CREATE TABLE public.later (
    id integer
);
ALTER TABLE public.later OWNER TO alice;

-- sequence_owner public.Counts Other
ALTER SEQUENCE public."Counts Other" OWNED BY public.counted.other;

-- sequence_owner public.early
ALTER SEQUENCE public.early OWNED BY public.later.id;

-- constraint public.counted counted_pkey
ALTER TABLE ONLY public.counted
    ADD CONSTRAINT counted_pkey PRIMARY KEY (id);

