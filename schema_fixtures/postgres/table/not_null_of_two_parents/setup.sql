-- requires: pg>=18
CREATE TABLE not_valid (a integer);
CREATE TABLE is_valid (a integer NOT NULL);
CREATE TABLE of_both () INHERITS (not_valid, is_valid);
CREATE TABLE of_one (a integer) INHERITS (not_valid);
ALTER TABLE not_valid ADD CONSTRAINT nn NOT NULL a NOT VALID;
ALTER TABLE of_one VALIDATE CONSTRAINT nn;
