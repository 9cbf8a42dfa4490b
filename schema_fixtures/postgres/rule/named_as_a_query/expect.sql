CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public
DO $$BEGIN
    IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 150000 THEN
        IF (SELECT pg_catalog.bool_or(pg_catalog.pg_has_role(r.oid, 'MEMBER')) FROM pg_catalog.pg_roles r WHERE r.rolname = 'postgres') THEN
            ALTER SCHEMA public OWNER TO postgres;
        END IF;
        GRANT CREATE ON SCHEMA public TO PUBLIC;
    END IF;
END$$;

-- table public.ruled
CREATE TABLE public.ruled (
    a integer
);
ALTER TABLE public.ruled OWNER TO postgres;

-- table public.target
CREATE TABLE public.target (
    a integer
);
ALTER TABLE public.target OWNER TO postgres;

-- rule public.ruled _RETURN
CREATE RULE "_RETURN_" AS
    ON INSERT TO public.ruled DO  INSERT INTO public.target (a)
  VALUES (new.a);
ALTER RULE "_RETURN_" ON public.ruled RENAME TO "_RETURN";

