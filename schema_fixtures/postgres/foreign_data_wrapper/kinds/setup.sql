-- requires: pg>=10
CREATE FOREIGN DATA WRAPPER plain_wrapper;
CREATE FOREIGN DATA WRAPPER "Odd wrapper" VALIDATOR postgresql_fdw_validator;
COMMENT ON FOREIGN DATA WRAPPER plain_wrapper IS 'no handler';
GRANT USAGE ON FOREIGN DATA WRAPPER plain_wrapper TO PUBLIC;
