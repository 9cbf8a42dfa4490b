-- requires: pg>=10
CREATE TABLE looped (a integer);
CREATE FUNCTION a_row() RETURNS looped LANGUAGE sql AS 'SELECT NULL::looped';
ALTER TABLE looped ADD b integer DEFAULT (a_row()).a;
CREATE FUNCTION takes(looped) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE looped ADD CONSTRAINT taken CHECK (takes(looped) > 0);
