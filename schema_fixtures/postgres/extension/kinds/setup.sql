-- requires: pg>=10
CREATE SCHEMA tools;
CREATE EXTENSION pgcrypto WITH SCHEMA tools;
CREATE EXTENSION hstore WITH SCHEMA tools;
COMMENT ON EXTENSION hstore IS 'pairs';
CREATE TABLE uses_it (id integer PRIMARY KEY, h tools.hstore DEFAULT 'a=>1'::tools.hstore);
INSERT INTO uses_it VALUES (1), (2);
REVOKE EXECUTE ON FUNCTION tools.gen_salt(text) FROM PUBLIC;
