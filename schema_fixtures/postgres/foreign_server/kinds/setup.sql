-- requires: pg>=10
CREATE FOREIGN DATA WRAPPER wrapper OPTIONS (a 'it''s', "B b" 'x');
CREATE SERVER "far away" TYPE 'kind' VERSION '1' FOREIGN DATA WRAPPER wrapper OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER "far away" OPTIONS (user 'u', password 'p''w');
CREATE FOREIGN TABLE far (a integer OPTIONS (column_name 'b') NOT NULL) SERVER "far away" OPTIONS (table_name 't');
COMMENT ON SERVER "far away" IS 'far';
GRANT USAGE ON FOREIGN SERVER "far away" TO PUBLIC;
