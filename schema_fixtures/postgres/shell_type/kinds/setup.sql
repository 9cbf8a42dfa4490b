-- requires: pg>=10
CREATE TYPE only_a_name;
COMMENT ON TYPE only_a_name IS 'to be defined';
