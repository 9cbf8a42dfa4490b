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

-- table public.t
CREATE TABLE public.t (
    owner name,
    a integer
);
ALTER TABLE public.t OWNER TO postgres;

-- policy public.t Own rows
CREATE POLICY "Own rows" ON public.t USING ((owner = CURRENT_USER));

-- policy public.t del
CREATE POLICY del ON public.t FOR DELETE USING (true);
COMMENT ON POLICY del ON public.t IS 'all';

-- policy public.t ins
CREATE POLICY ins ON public.t FOR INSERT WITH CHECK ((a IN ( SELECT 1)));

-- policy public.t restrict_update
CREATE POLICY restrict_update ON public.t AS RESTRICTIVE FOR UPDATE TO pg_monitor, postgres USING ((a > 0)) WITH CHECK ((a > 1));

-- policy public.t sel
CREATE POLICY sel ON public.t FOR SELECT USING ((EXISTS ( SELECT 1
   FROM public.t t2
  WHERE (t2.a = t.a))));

-- row_security public.forced
ALTER TABLE ONLY public.forced ENABLE ROW LEVEL SECURITY;

-- row_security public.t
ALTER TABLE ONLY public.t ENABLE ROW LEVEL SECURITY;

