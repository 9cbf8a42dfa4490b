CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- shell_type public.number_like
CREATE TYPE public.number_like;

-- shell_type public.shell_only
CREATE TYPE public.shell_only;
ALTER TYPE public.shell_only OWNER TO postgres;

-- routine public.number_like_in cstring
CREATE FUNCTION public.number_like_in(cstring)
 RETURNS public.number_like
 LANGUAGE internal
 IMMUTABLE STRICT
AS $function$int4in$function$;
ALTER FUNCTION public.number_like_in(cstring) OWNER TO postgres;

-- routine public.number_like_out public.number_like
CREATE FUNCTION public.number_like_out(public.number_like)
 RETURNS cstring
 LANGUAGE internal
 IMMUTABLE STRICT
AS $function$int4out$function$;
ALTER FUNCTION public.number_like_out(public.number_like) OWNER TO postgres;

-- base_type public.number_like
CREATE TYPE public.number_like (
    INTERNALLENGTH = 4,
    INPUT = public.number_like_in,
    OUTPUT = public.number_like_out,
    DEFAULT = '7',
    CATEGORY = 'N',
    ALIGNMENT = int4,
    STORAGE = plain,
    PASSEDBYVALUE = true
);
ALTER TYPE public.number_like OWNER TO postgres;
COMMENT ON TYPE public.number_like IS 'like a number';

-- table public.of_it
CREATE TABLE public.of_it (
    n public.number_like DEFAULT '3'::public.number_like,
    ns public.number_like[]
);
ALTER TABLE public.of_it OWNER TO postgres;

