CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- enum public.Empty
CREATE TYPE public."Empty" AS ENUM (
);
ALTER TYPE public."Empty" OWNER TO postgres;

-- enum public.mood
CREATE TYPE public.mood AS ENUM (
    'sad',
    'between',
    'it''s ok',
    E'back\\slash',
    ''
);
ALTER TYPE public.mood OWNER TO postgres;
COMMENT ON TYPE public.mood IS 'how it is';

-- grants public.Empty
REVOKE USAGE ON TYPE public."Empty" FROM PUBLIC;

