-- requires: pg>=12
-- A role that is dropped stays in the first privileges of an extension's members until 16.
CREATE SCHEMA since;
CREATE ROLE role_that_went;
ALTER DEFAULT PRIVILEGES IN SCHEMA since GRANT EXECUTE ON FUNCTIONS TO role_that_went;
CREATE EXTENSION cube WITH SCHEMA since;
DROP OWNED BY role_that_went;
DROP ROLE role_that_went;
REVOKE EXECUTE ON FUNCTION since.cube_dim(since.cube) FROM PUBLIC;
