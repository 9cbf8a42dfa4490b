-- requires: pg>=18
CREATE TYPE others_may_use_it;
REVOKE USAGE ON TYPE others_may_use_it FROM PUBLIC;
GRANT USAGE ON TYPE others_may_use_it TO bob;
