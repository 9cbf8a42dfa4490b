CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- operator_family public.Empty family hash
CREATE OPERATOR FAMILY public."Empty family" USING hash;
ALTER OPERATOR FAMILY public."Empty family" USING hash OWNER TO postgres;
COMMENT ON OPERATOR FAMILY public."Empty family" USING hash IS 'nothing in it';

