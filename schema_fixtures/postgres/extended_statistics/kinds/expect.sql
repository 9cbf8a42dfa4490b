CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_extended_statistics
CREATE SCHEMA s_extended_statistics;
ALTER SCHEMA s_extended_statistics OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer,
    b integer,
    c text
);
ALTER TABLE public.t OWNER TO postgres;

-- extended_statistics public.all_kinds
CREATE STATISTICS public.all_kinds ON a, c FROM public.t;
ALTER STATISTICS public.all_kinds SET STATISTICS 55;
ALTER STATISTICS public.all_kinds OWNER TO postgres;

-- extended_statistics public.exprs
CREATE STATISTICS public.exprs ON (a + b), lower(c) FROM public.t;
ALTER STATISTICS public.exprs OWNER TO postgres;
COMMENT ON STATISTICS public.exprs IS 'expressions';

-- extended_statistics s_extended_statistics.Stat
CREATE STATISTICS s_extended_statistics."Stat" (ndistinct, dependencies) ON a, b FROM public.t;
ALTER STATISTICS s_extended_statistics."Stat" OWNER TO postgres;

