CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema since
CREATE SCHEMA since;
ALTER SCHEMA since OWNER TO postgres;

-- extension cube
CREATE EXTENSION cube WITH SCHEMA since;
COMMENT ON EXTENSION cube IS 'data type for multidimensional cubes';

-- grants since.function since.cube_dim(since.cube)
REVOKE EXECUTE ON FUNCTION since.cube_dim(since.cube) FROM PUBLIC;

