CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- subscription Takes "all"
CREATE SUBSCRIPTION "Takes ""all""" CONNECTION 'host=nowhere.invalid dbname=''it s'' password=x' PUBLICATION "Pub ""a""", b WITH (connect = false, slot_name = 'other_slot', synchronous_commit = 'local', streaming = 'parallel');
ALTER SUBSCRIPTION "Takes ""all""" OWNER TO postgres;

-- subscription without_slot
CREATE SUBSCRIPTION without_slot CONNECTION 'host=nowhere.invalid' PUBLICATION c WITH (connect = false, slot_name = NONE, streaming = 'parallel');
ALTER SUBSCRIPTION without_slot OWNER TO postgres;
COMMENT ON SUBSCRIPTION without_slot IS 'it''s off';

