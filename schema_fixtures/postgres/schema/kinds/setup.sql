-- requires: pg>=10
CREATE SCHEMA plain;
CREATE SCHEMA "Odd "" name; --";
COMMENT ON SCHEMA plain IS 'it''s \ here';
COMMENT ON SCHEMA public IS 'changed';
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA plain TO PUBLIC;
