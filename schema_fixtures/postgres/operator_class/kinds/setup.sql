-- requires: pg>=10
CREATE OPERATOR CLASS backwards FOR TYPE integer USING btree AS OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE OPERATOR CLASS "Stored" FOR TYPE point USING gist AS STORAGE box;
COMMENT ON OPERATOR CLASS backwards USING btree IS 'the other way';
CREATE TABLE turned (a integer);
CREATE INDEX turned_a ON turned (a backwards);
