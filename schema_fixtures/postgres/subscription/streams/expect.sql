CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- subscription in_binary
CREATE SUBSCRIPTION in_binary CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = NONE, binary = true, streaming = 'off');
ALTER SUBSCRIPTION in_binary OWNER TO postgres;

-- subscription streams
CREATE SUBSCRIPTION streams CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = NONE, streaming = 'on');
ALTER SUBSCRIPTION streams OWNER TO postgres;

