CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- foreign_data_wrapper wrapper
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (
    a 'it''s',
    "B b" 'x'
);
ALTER FOREIGN DATA WRAPPER wrapper OWNER TO postgres;

-- foreign_server far away
CREATE SERVER "far away" TYPE 'kind' VERSION '1' FOREIGN DATA WRAPPER wrapper OPTIONS (
    host 'h'
);
ALTER SERVER "far away" OWNER TO postgres;
COMMENT ON SERVER "far away" IS 'far';

-- user_mapping public far away
CREATE USER MAPPING FOR PUBLIC SERVER "far away" OPTIONS (
    "user" 'u',
    password 'p''w'
);

-- foreign_table public.far
CREATE FOREIGN TABLE public.far (
    a integer OPTIONS (column_name 'b') NOT NULL
)
SERVER "far away"
OPTIONS (table_name 't');
ALTER FOREIGN TABLE public.far OWNER TO postgres;

-- grants far away
GRANT USAGE ON FOREIGN SERVER "far away" TO PUBLIC;

