CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- subscription with_options
CREATE SUBSCRIPTION with_options CONNECTION 'host=nowhere.invalid password=x' PUBLICATION a WITH (connect = false, slot_name = 'with_options', binary = true, streaming = 'parallel', two_phase = true, disable_on_error = true, run_as_owner = true, origin = 'none');
ALTER SUBSCRIPTION with_options OWNER TO postgres;

-- subscription without_any
CREATE SUBSCRIPTION without_any CONNECTION 'host=nowhere.invalid' PUBLICATION a WITH (connect = false, slot_name = 'without_any', streaming = 'off', password_required = false);
ALTER SUBSCRIPTION without_any OWNER TO postgres;

