-- requires: pg>=10
CREATE SCHEMA tools;
CREATE EXTENSION pgcrypto WITH SCHEMA tools;
CREATE EXTENSION hstore WITH SCHEMA tools;
COMMENT ON EXTENSION hstore IS 'pairs';
CREATE TABLE uses_it (id integer PRIMARY KEY, h tools.hstore DEFAULT 'a=>1'::tools.hstore);
INSERT INTO uses_it VALUES (1), (2);
REVOKE EXECUTE ON FUNCTION tools.gen_salt(text) FROM PUBLIC;
-- What goes with an extension without being its member, each in its own words.
CREATE INDEX later ON uses_it (h);
CREATE FUNCTION salted() RETURNS text LANGUAGE sql AS 'SELECT tools.gen_salt(''md5'')';
CREATE FUNCTION passes() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER passing BEFORE INSERT ON uses_it FOR EACH ROW EXECUTE PROCEDURE passes();
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM uses_it;
ALTER INDEX later DEPENDS ON EXTENSION hstore;
ALTER INDEX uses_it_pkey DEPENDS ON EXTENSION hstore;
ALTER FUNCTION salted() DEPENDS ON EXTENSION pgcrypto;
ALTER TRIGGER passing ON uses_it DEPENDS ON EXTENSION hstore;
ALTER MATERIALIZED VIEW counted DEPENDS ON EXTENSION hstore;
