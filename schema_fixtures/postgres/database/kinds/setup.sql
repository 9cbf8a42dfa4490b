-- requires: pg>=10
CREATE ROLE keeper;
CREATE DATABASE "Shop ""x" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 9 OWNER keeper;
ALTER DATABASE "Shop ""x" SET datestyle = 'SQL, DMY';
ALTER DATABASE "Shop ""x" SET standard_conforming_strings = off;
ALTER DATABASE "Shop ""x" SET search_path = 'a b', public;
COMMENT ON DATABASE "Shop ""x" IS 'it''s';
REVOKE CONNECT ON DATABASE "Shop ""x" FROM PUBLIC;
GRANT TEMPORARY ON DATABASE "Shop ""x" TO keeper WITH GRANT OPTION;
CREATE DATABASE a_template IS_TEMPLATE true;
