CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- foreign_data_wrapper mapped_wrapper
CREATE FOREIGN DATA WRAPPER mapped_wrapper;
ALTER FOREIGN DATA WRAPPER mapped_wrapper OWNER TO postgres;

-- foreign_server mapped
CREATE SERVER mapped FOREIGN DATA WRAPPER mapped_wrapper;
ALTER SERVER mapped OWNER TO postgres;

-- user_mapping postgres mapped
CREATE USER MAPPING FOR postgres SERVER mapped OPTIONS (
    "User" 'it''s',
    password E'x\\y'
);

-- user_mapping public mapped
CREATE USER MAPPING FOR PUBLIC SERVER mapped;

