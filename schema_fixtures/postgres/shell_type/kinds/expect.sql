CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- shell_type public.anothers_name
CREATE TYPE public.anothers_name;
ALTER TYPE public.anothers_name OWNER TO alice;

-- shell_type public.only_a_name
CREATE TYPE public.only_a_name;
ALTER TYPE public.only_a_name OWNER TO postgres;
COMMENT ON TYPE public.only_a_name IS 'to be defined';

