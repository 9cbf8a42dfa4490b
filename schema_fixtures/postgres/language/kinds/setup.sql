-- requires: pg>=10
CREATE FUNCTION handles() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE TRUSTED LANGUAGE own_language HANDLER handles;
COMMENT ON LANGUAGE own_language IS 'mine';
