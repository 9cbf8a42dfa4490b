-- requires: pg>=10
CREATE TYPE only_a_name;
COMMENT ON TYPE only_a_name IS 'to be defined';
CREATE TYPE anothers_name;
ALTER TYPE anothers_name OWNER TO alice;
