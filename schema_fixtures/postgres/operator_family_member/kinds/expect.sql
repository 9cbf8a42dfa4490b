CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- operator_family public.mixed btree
CREATE OPERATOR FAMILY public.mixed USING btree;
ALTER OPERATOR FAMILY public.mixed USING btree OWNER TO postgres;

-- operator_family_member public.mixed btree
ALTER OPERATOR FAMILY public.mixed USING btree ADD
    OPERATOR 1 <(integer,bigint),
    OPERATOR 1 <(bigint,integer),
    OPERATOR 3 =(integer,bigint),
    FUNCTION 1 (integer, bigint) btint48cmp(integer,bigint),
    FUNCTION 1 (bigint, integer) btint84cmp(bigint,integer);

