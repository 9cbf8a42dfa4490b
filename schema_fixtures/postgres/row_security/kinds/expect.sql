CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.forced
CREATE TABLE public.forced (
    a integer
);
ALTER TABLE ONLY public.forced FORCE ROW LEVEL SECURITY;
ALTER TABLE public.forced OWNER TO postgres;

-- table public.only_forced
CREATE TABLE public.only_forced (
    a integer
);
ALTER TABLE ONLY public.only_forced FORCE ROW LEVEL SECURITY;
ALTER TABLE public.only_forced OWNER TO postgres;

-- row_security public.forced
ALTER TABLE ONLY public.forced ENABLE ROW LEVEL SECURITY;

