CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- conversion public.To utf8
CREATE CONVERSION public."To utf8" FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER CONVERSION public."To utf8" OWNER TO postgres;

-- conversion public.usual
CREATE DEFAULT CONVERSION public.usual FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
ALTER CONVERSION public.usual OWNER TO postgres;
COMMENT ON CONVERSION public.usual IS 'the usual one';

