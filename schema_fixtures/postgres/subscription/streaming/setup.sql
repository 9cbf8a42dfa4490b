-- requires: pg>=14
CREATE SUBSCRIPTION streams CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, streaming = on, binary = true);
CREATE SUBSCRIPTION waits CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE, streaming = off);
