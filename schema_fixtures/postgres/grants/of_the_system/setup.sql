-- requires: pg>=10
REVOKE SELECT ON TABLE pg_catalog.pg_proc FROM PUBLIC;
GRANT SELECT (tableoid, proname, proacl) ON TABLE pg_catalog.pg_proc TO PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_reset() FROM CURRENT_USER;
REVOKE USAGE ON TYPE pg_catalog.float8, pg_catalog."char" FROM PUBLIC;
