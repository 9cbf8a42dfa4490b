-- requires: pg>=10
CREATE ROLE keeper;
CREATE TABLESPACE "Fast ""one""" OWNER keeper LOCATION '@folder@' WITH (random_page_cost = 1.1, seq_page_cost = 0.9);
GRANT CREATE ON TABLESPACE "Fast ""one""" TO PUBLIC;
COMMENT ON TABLESPACE "Fast ""one""" IS 'it''s fast';
