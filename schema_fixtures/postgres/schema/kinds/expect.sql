CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema Odd " name; --
CREATE SCHEMA "Odd "" name; --";
ALTER SCHEMA "Odd "" name; --" OWNER TO postgres;

-- schema plain
CREATE SCHEMA plain;
ALTER SCHEMA plain OWNER TO postgres;
COMMENT ON SCHEMA plain IS E'it''s \\ here';

-- schema public
COMMENT ON SCHEMA public IS 'changed';

-- grants plain
GRANT USAGE ON SCHEMA plain TO PUBLIC;

