CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- foreign_data_wrapper Odd wrapper
CREATE FOREIGN DATA WRAPPER "Odd wrapper" VALIDATOR postgresql_fdw_validator;
ALTER FOREIGN DATA WRAPPER "Odd wrapper" OWNER TO postgres;

-- foreign_data_wrapper plain_wrapper
CREATE FOREIGN DATA WRAPPER plain_wrapper;
ALTER FOREIGN DATA WRAPPER plain_wrapper OWNER TO postgres;
COMMENT ON FOREIGN DATA WRAPPER plain_wrapper IS 'no handler';

-- grants plain_wrapper
GRANT USAGE ON FOREIGN DATA WRAPPER plain_wrapper TO PUBLIC;

