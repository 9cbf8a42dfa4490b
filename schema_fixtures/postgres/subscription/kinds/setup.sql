-- requires: pg>=10
CREATE SUBSCRIPTION "Takes ""all""" CONNECTION 'host=nowhere.invalid dbname=''it s'' password=x' PUBLICATION "Pub ""a""", b WITH (connect = false, slot_name = 'other_slot', synchronous_commit = 'local');
CREATE SUBSCRIPTION without_slot CONNECTION 'host=nowhere.invalid' PUBLICATION c WITH (connect = false, slot_name = NONE);
COMMENT ON SUBSCRIPTION without_slot IS 'it''s off';
