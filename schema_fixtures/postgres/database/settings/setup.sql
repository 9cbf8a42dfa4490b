-- requires: pg>=10
CREATE ROLE "Owner of ""it""" CREATEDB;
CREATE ROLE guest;
CREATE DATABASE "A ""database"" of 'mine'" OWNER "Owner of ""it""" TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' CONNECTION LIMIT 12;
COMMENT ON DATABASE "A ""database"" of 'mine'" IS 'it''s mine';
ALTER DATABASE "A ""database"" of 'mine'" SET search_path = "Odd ""schema""", public;
ALTER DATABASE "A ""database"" of 'mine'" SET work_mem = '3MB';
ALTER DATABASE "A ""database"" of 'mine'" SET DateStyle = 'German';
ALTER ROLE guest IN DATABASE "A ""database"" of 'mine'" SET work_mem = '5MB';
ALTER ROLE guest IN DATABASE "A ""database"" of 'mine'" SET search_path = public;
REVOKE CONNECT ON DATABASE "A ""database"" of 'mine'" FROM PUBLIC;
GRANT CONNECT ON DATABASE "A ""database"" of 'mine'" TO guest WITH GRANT OPTION;
CREATE DATABASE a_template TEMPLATE template0 IS_TEMPLATE true;
CREATE DATABASE sql_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';
