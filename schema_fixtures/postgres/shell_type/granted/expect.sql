CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- shell_type public.others_may_use_it
CREATE TYPE public.others_may_use_it;
ALTER TYPE public.others_may_use_it OWNER TO postgres;

-- grants public.others_may_use_it
REVOKE USAGE ON TYPE public.others_may_use_it FROM PUBLIC;
GRANT USAGE ON TYPE public.others_may_use_it TO bob;

