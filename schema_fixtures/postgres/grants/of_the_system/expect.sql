CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- grants pg_catalog.function pg_catalog.pg_stat_reset()
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_reset() FROM postgres;

-- grants pg_catalog.table pg_catalog.pg_proc
REVOKE SELECT ON TABLE pg_catalog.pg_proc FROM PUBLIC;
GRANT SELECT (proname) ON TABLE pg_catalog.pg_proc TO PUBLIC;
GRANT SELECT (tableoid) ON TABLE pg_catalog.pg_proc TO PUBLIC;
GRANT SELECT (proacl) ON TABLE pg_catalog.pg_proc TO PUBLIC;

-- grants pg_catalog.type pg_catalog."char"
REVOKE USAGE ON TYPE pg_catalog."char" FROM PUBLIC;

-- grants pg_catalog.type pg_catalog.float8
REVOKE USAGE ON TYPE pg_catalog.float8 FROM PUBLIC;

