CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- aggregate public.counts_all
CREATE AGGREGATE public.counts_all(*) (
    SFUNC = int8inc,
    STYPE = bigint,
    INITCOND = '0'
);
ALTER AGGREGATE public.counts_all(*) OWNER TO postgres;
COMMENT ON AGGREGATE public.counts_all(*) IS 'all';

-- aggregate public.least_of integer
CREATE AGGREGATE public.least_of(integer) (
    SFUNC = int4smaller,
    STYPE = integer,
    SORTOP = OPERATOR(pg_catalog.<)
);
ALTER AGGREGATE public.least_of(integer) OWNER TO postgres;

-- aggregate public.moves double precision
CREATE AGGREGATE public.moves(double precision) (
    SFUNC = float8pl,
    MSFUNC = float8pl,
    MINVFUNC = float8mi,
    STYPE = double precision,
    MSTYPE = double precision
);
ALTER AGGREGATE public.moves(double precision) OWNER TO postgres;

-- aggregate public.ranks VARIADIC "any" ORDER BY VARIADIC "any"
CREATE AGGREGATE public.ranks(VARIADIC "any" ORDER BY VARIADIC "any") (
    SFUNC = ordered_set_transition_multi,
    FINALFUNC = rank_final,
    STYPE = internal,
    FINALFUNC_EXTRA,
    HYPOTHETICAL
);
ALTER AGGREGATE public.ranks(VARIADIC "any" ORDER BY VARIADIC "any") OWNER TO postgres;

-- aggregate public.sums integer
CREATE AGGREGATE public.sums(integer) (
    SFUNC = int4pl,
    COMBINEFUNC = int4pl,
    STYPE = integer,
    INITCOND = '0',
    PARALLEL = safe
);
ALTER AGGREGATE public.sums(integer) OWNER TO postgres;

-- grants public.sums integer
REVOKE EXECUTE ON FUNCTION public.sums(integer) FROM PUBLIC;

