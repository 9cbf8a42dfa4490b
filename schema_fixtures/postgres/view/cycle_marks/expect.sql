CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.road
CREATE TABLE public.road (
    a integer,
    b integer
);
ALTER TABLE public.road OWNER TO postgres;

-- routine public.body
CREATE FUNCTION public.body()
 RETURNS bigint
 LANGUAGE sql
BEGIN ATOMIC
 WITH RECURSIVE s(a, b) AS (
          SELECT road.a,
             road.b
            FROM public.road
         UNION ALL
          SELECT r_1.a,
             r_1.b
            FROM public.road r_1,
             s s_1
           WHERE (r_1.a = s_1.b)
         ) CYCLE a SET seen TO character varying 'Y' DEFAULT character varying 'N' USING path
  SELECT count(*) AS count
    FROM s,
     public.road r
   WHERE ((s.seen)::text = 'Y'::text);
END;
ALTER FUNCTION public.body() OWNER TO postgres;

-- view public.marked
CREATE VIEW public.marked AS
WITH RECURSIVE s(a, b) AS (
         SELECT road.a,
            road.b
           FROM public.road
        UNION ALL
         SELECT r_1.a,
            r_1.b
           FROM public.road r_1,
            s s_1
          WHERE (r_1.a = s_1.b)
        ) CYCLE a, b SET seen TO text 'Y' DEFAULT text 'N' USING path
 SELECT s.a,
    s.b,
    s.seen
   FROM s,
    public.road r
  WHERE (r.a = 1);
ALTER VIEW public.marked OWNER TO postgres;

-- view public.typed
CREATE VIEW public.typed AS
WITH RECURSIVE s(a, b) AS (
         SELECT road.a,
            road.b
           FROM public.road
        UNION ALL
         SELECT r_1.a,
            r_1.b
           FROM public.road r_1,
            s s_1
          WHERE (r_1.a = s_1.b)
        ) SEARCH DEPTH FIRST BY a SET place CYCLE a SET seen TO "char" '\' DEFAULT NULL USING path
 SELECT s.a,
    s.seen
   FROM s,
    public.road r
  WHERE (r.a = 1);
ALTER VIEW public.typed OWNER TO postgres;

-- materialized_view public.kept
CREATE MATERIALIZED VIEW public.kept AS
WITH RECURSIVE s(a, b) AS (
         SELECT road.a,
            road.b
           FROM public.road
        UNION ALL
         SELECT r_1.a,
            r_1.b
           FROM public.road r_1,
            s s_1
          WHERE (r_1.a = s_1.b)
        ) CYCLE a SET seen TO date '2026-01-02' DEFAULT date '2026-01-01' USING path
 SELECT s.a,
    s.seen
   FROM s,
    public.road r
  WHERE (r.a = 1)
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.kept OWNER TO postgres;

