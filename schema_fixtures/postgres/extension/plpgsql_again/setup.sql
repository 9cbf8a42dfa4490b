-- requires: pg>=10 alone
-- As after an upgrade in place: the objects of a new database, made anew.
DROP EXTENSION plpgsql;
CREATE EXTENSION plpgsql WITH SCHEMA pg_catalog;
DROP SCHEMA public;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE FUNCTION public.f() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
