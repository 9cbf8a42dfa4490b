CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.is_valid
CREATE TABLE public.is_valid (
    a integer CONSTRAINT is_valid_a_not_null NOT NULL
);
ALTER TABLE public.is_valid OWNER TO postgres;

-- table public.not_valid
CREATE TABLE public.not_valid (
    a integer
);
ALTER TABLE public.not_valid OWNER TO postgres;

-- table public.of_both
CREATE TABLE public.of_both (
)
INHERITS (public.not_valid, public.is_valid);
ALTER TABLE public.of_both OWNER TO postgres;

-- table public.of_one
CREATE TABLE public.of_one (
    a integer CONSTRAINT nn NOT NULL
)
INHERITS (public.not_valid);
ALTER TABLE public.of_one OWNER TO postgres;

-- constraint public.not_valid nn
ALTER TABLE public.not_valid ADD CONSTRAINT nn NOT NULL a NOT VALID;

