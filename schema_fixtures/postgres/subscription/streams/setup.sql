-- requires: pg>=14
CREATE SUBSCRIPTION streams CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = NONE, enabled = false, streaming = on);
CREATE SUBSCRIPTION in_binary CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = NONE, enabled = false, binary = true, streaming = off);
