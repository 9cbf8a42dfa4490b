-- requires: pg>=10 alone
DROP SCHEMA public;
CREATE SCHEMA own;
CREATE TABLE own.t (a integer);
