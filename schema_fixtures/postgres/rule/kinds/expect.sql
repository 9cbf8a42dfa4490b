CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.log
CREATE TABLE public.log (
    what text
);
ALTER TABLE public.log OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer,
    b text
);
ALTER TABLE public.t OWNER TO postgres;

-- view public.v
CREATE VIEW public.v AS
SELECT a,
    b
   FROM public.t;
ALTER VIEW public.v OWNER TO postgres;

-- rule public.log replica
CREATE RULE replica AS
    ON DELETE TO public.log DO INSTEAD NOTHING;
ALTER TABLE public.log ENABLE REPLICA RULE replica;

-- rule public.t Many; rules
CREATE RULE "Many; rules" AS
    ON UPDATE TO public.t
   WHERE (old.a > 3) DO ( INSERT INTO public.log (what)
  VALUES ('a;b'::text);
 DELETE FROM public.log
  WHERE (log.what = 'x'::text);
);

-- rule public.t nothing
CREATE RULE nothing AS
    ON DELETE TO public.t DO INSTEAD NOTHING;
ALTER TABLE public.t DISABLE RULE nothing;
COMMENT ON RULE nothing ON public.t IS 'off';

-- rule public.v ins
CREATE RULE ins AS
    ON INSERT TO public.v DO INSTEAD  INSERT INTO public.t (a, b)
  VALUES (new.a, new.b)
  RETURNING t.a,
    t.b;

-- rule public.v note
CREATE RULE note AS
    ON DELETE TO public.v DO INSTEAD
 NOTIFY gone;

