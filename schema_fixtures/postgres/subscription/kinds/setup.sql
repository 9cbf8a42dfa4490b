-- requires: pg>=10
CREATE SUBSCRIPTION plain CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION "Odd one" CONNECTION 'host=nowhere password=''it\''s''' PUBLICATION "P q", r WITH (connect = false, slot_name = 'other', synchronous_commit = local);
COMMENT ON SUBSCRIPTION plain IS 'never connected';
