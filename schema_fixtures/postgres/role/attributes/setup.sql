-- requires: pg>=10
CREATE ROLE plain;
CREATE ROLE "Odd ""role"" 'name', \ $x$ ; --" NOINHERIT CREATEDB CREATEROLE;
CREATE ROLE may_all SUPERUSER LOGIN REPLICATION BYPASSRLS CONNECTION LIMIT 0;
CREATE ROLE by_scram LOGIN CONNECTION LIMIT 7 VALID UNTIL '2040-01-01 00:00+00';
SET password_encryption = 'scram-sha-256';
ALTER ROLE by_scram PASSWORD 'it''s \ secret';
CREATE ROLE by_md5 LOGIN PASSWORD 'md50123456789abcdef0123456789abcdef' VALID UNTIL 'infinity';
CREATE ROLE expired LOGIN VALID UNTIL '-infinity';
COMMENT ON ROLE plain IS E'it''s\na comment \\';
COMMENT ON ROLE "Odd ""role"" 'name', \ $x$ ; --" IS '';
ALTER ROLE postgres VALID UNTIL '2099-12-31 00:00+00';
COMMENT ON ROLE postgres IS 'the first';
