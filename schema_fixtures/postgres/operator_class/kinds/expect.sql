CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- operator_family public.Stored gist
CREATE OPERATOR FAMILY public."Stored" USING gist;
ALTER OPERATOR FAMILY public."Stored" USING gist OWNER TO postgres;

-- operator_family public.backwards btree
CREATE OPERATOR FAMILY public.backwards USING btree;
ALTER OPERATOR FAMILY public.backwards USING btree OWNER TO postgres;

-- operator_class public.Stored gist
CREATE OPERATOR CLASS public."Stored" FOR TYPE point USING gist FAMILY public."Stored" AS
    STORAGE box;
ALTER OPERATOR CLASS public."Stored" USING gist OWNER TO postgres;

-- operator_class public.backwards btree
CREATE OPERATOR CLASS public.backwards FOR TYPE integer USING btree FAMILY public.backwards AS
    OPERATOR 1 >(integer,integer),
    OPERATOR 2 >=(integer,integer),
    OPERATOR 3 =(integer,integer),
    OPERATOR 4 <=(integer,integer),
    OPERATOR 5 <(integer,integer),
    FUNCTION 1 (integer, integer) btint4cmp(integer,integer);
ALTER OPERATOR CLASS public.backwards USING btree OWNER TO postgres;
COMMENT ON OPERATOR CLASS public.backwards USING btree IS 'the other way';

-- table public.turned
CREATE TABLE public.turned (
    a integer
);
ALTER TABLE public.turned OWNER TO postgres;

-- index public.turned_a
CREATE INDEX turned_a ON public.turned USING btree (a public.backwards);

