-- requires: pg>=15
CREATE ROLE space_owner;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE "Fast one" OWNER space_owner LOCATION '' WITH (random_page_cost = 1.5, seq_page_cost = 2);
COMMENT ON TABLESPACE "Fast one" IS 'quick';
GRANT CREATE ON TABLESPACE "Fast one" TO PUBLIC;
