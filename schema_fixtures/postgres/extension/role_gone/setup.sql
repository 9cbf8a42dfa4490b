-- requires: pg>=12
-- A role that is dropped stays in the first privileges of an extension's members until 16, if the
-- extension's own script grants something on them.
CREATE SCHEMA since;
CREATE ROLE role_that_went;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO role_that_went;
CREATE EXTENSION pg_stat_statements WITH SCHEMA since;
DROP OWNED BY role_that_went;
DROP ROLE role_that_went;
