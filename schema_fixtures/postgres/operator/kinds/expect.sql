CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.same integer, text
CREATE FUNCTION public.same(integer, text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT length($2) = $1$function$;
ALTER FUNCTION public.same(integer, text) OWNER TO postgres;

-- routine public.same text, integer
CREATE FUNCTION public.same(text, integer)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$SELECT length($1) = $2$function$;
ALTER FUNCTION public.same(text, integer) OWNER TO postgres;

-- operator public.==== (integer, text)
CREATE OPERATOR public.==== (
    PROCEDURE = public.same,
    LEFTARG = integer,
    RIGHTARG = text,
    COMMUTATOR = OPERATOR(public.====)
);
ALTER OPERATOR public.==== (integer, text) OWNER TO postgres;

-- operator public.==== (text, integer)
CREATE OPERATOR public.==== (
    PROCEDURE = public.same,
    LEFTARG = text,
    RIGHTARG = integer,
    COMMUTATOR = OPERATOR(public.====),
    RESTRICT = eqsel,
    JOIN = eqjoinsel
);
ALTER OPERATOR public.==== (text, integer) OWNER TO postgres;
COMMENT ON OPERATOR public.==== (text, integer) IS 'the length';

-- operator public.@#@ (NONE, bigint)
CREATE OPERATOR public.@#@ (
    PROCEDURE = factorial,
    RIGHTARG = bigint
);
ALTER OPERATOR public.@#@ (NONE, bigint) OWNER TO postgres;

-- operator_family public.fam btree
CREATE OPERATOR FAMILY public.fam USING btree;
ALTER OPERATOR FAMILY public.fam USING btree OWNER TO postgres;

-- operator_class public.cls btree
CREATE OPERATOR CLASS public.cls FOR TYPE integer USING btree FAMILY public.fam AS
    OPERATOR 1 <(integer,integer),
    OPERATOR 2 <=(integer,integer),
    OPERATOR 3 =(integer,integer),
    OPERATOR 4 >=(integer,integer),
    OPERATOR 5 >(integer,integer),
    FUNCTION 1 (integer, integer) btint4cmp(integer,integer);
ALTER OPERATOR CLASS public.cls USING btree OWNER TO postgres;

-- operator_family_member public.fam btree
ALTER OPERATOR FAMILY public.fam USING btree ADD
    OPERATOR 1 <(bigint,integer),
    FUNCTION 1 (bigint, integer) btint84cmp(bigint,integer);

-- table public.indexed
CREATE TABLE public.indexed (
    a integer
);
ALTER TABLE public.indexed OWNER TO postgres;

-- index public.by_class
CREATE INDEX by_class ON public.indexed USING btree (a public.cls);

