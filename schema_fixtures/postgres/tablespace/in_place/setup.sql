-- requires: pg>=15
SET allow_in_place_tablespaces = true;
CREATE TABLESPACE in_place LOCATION '';
