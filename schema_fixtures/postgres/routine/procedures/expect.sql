CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.returns_it n integer
CREATE FUNCTION public.returns_it(n integer)
 RETURNS integer
 LANGUAGE sql
RETURN CASE WHEN (n > 0) THEN (n + 1) ELSE 0 END;
ALTER FUNCTION public.returns_it(n integer) OWNER TO postgres;

-- table public.log
CREATE TABLE public.log (
    id integer NOT NULL GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.log_id_seq START WITH 1 INCREMENT BY 1 NO MINVALUE NO MAXVALUE CACHE 1),
    line text
);
ALTER TABLE public.log OWNER TO postgres;

-- routine public.standard n integer
CREATE FUNCTION public.standard(n integer)
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 SELECT count(*) AS count
    FROM public.log
   WHERE (log.id < standard.n);
END;
ALTER FUNCTION public.standard(n integer) OWNER TO postgres;

-- routine public.writes INOUT line text
CREATE PROCEDURE public.writes(INOUT line text)
 LANGUAGE plpgsql
AS $procedure$ BEGIN INSERT INTO log (line) VALUES (line); COMMIT; END $procedure$;
ALTER PROCEDURE public.writes(INOUT line text) OWNER TO postgres;
COMMENT ON PROCEDURE public.writes(INOUT line text) IS 'a procedure';

-- view public.over_it
CREATE VIEW public.over_it AS
SELECT public.standard(5) AS s;
ALTER VIEW public.over_it OWNER TO postgres;

-- constraint public.log log_pkey
ALTER TABLE ONLY public.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (id);

