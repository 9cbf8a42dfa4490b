CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema since
CREATE SCHEMA since;
ALTER SCHEMA since OWNER TO postgres;

-- extension pg_stat_statements
CREATE EXTENSION pg_stat_statements WITH SCHEMA since;
COMMENT ON EXTENSION pg_stat_statements IS 'track planning and execution statistics of all SQL statements executed';

