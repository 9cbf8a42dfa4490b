CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_view
CREATE SCHEMA s_view;
ALTER SCHEMA s_view OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    id integer NOT NULL,
    renamed text,
    b integer,
    late integer
);
ALTER TABLE public.t OWNER TO postgres;

-- view public.loop
CREATE VIEW public.loop AS
SELECT
    NULL::integer AS x,
    NULL::text COLLATE pg_catalog."C" AS y,
    NULL::public.t[] AS z;
ALTER VIEW public.loop OWNER TO postgres;

-- routine public.of_loop public.loop
CREATE FUNCTION public.of_loop(public.loop)
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT $1.x$function$;
ALTER FUNCTION public.of_loop(public.loop) OWNER TO postgres;

-- view public.checked
CREATE VIEW public.checked WITH (check_option='cascaded') AS
SELECT id,
    b
   FROM public.t
  WHERE (b > 0);
ALTER VIEW public.checked OWNER TO postgres;

-- view public.checked_local
CREATE VIEW public.checked_local WITH (check_option='local') AS
SELECT id,
    b
   FROM public.checked;
ALTER VIEW public.checked_local OWNER TO postgres;

-- view public.empty
CREATE VIEW public.empty AS
SELECT;
ALTER VIEW public.empty OWNER TO postgres;

-- view public.grouped
CREATE VIEW public.grouped AS
SELECT
    NULL::integer AS id,
    NULL::text AS a,
    NULL::bigint AS count;
ALTER VIEW public.grouped OWNER TO postgres;

-- view public.named
CREATE VIEW public.named AS
SELECT column1 AS x
   FROM (VALUES (1), (2)) "*VALUES*";
ALTER VIEW public.named OWNER TO postgres;

-- view public.nums
CREATE VIEW public.nums AS
WITH RECURSIVE nums(n) AS (
         VALUES (1)
        UNION ALL
         SELECT (nums_1.n + 1)
           FROM nums nums_1
          WHERE (nums_1.n < 5)
        )
 SELECT n
   FROM nums;
ALTER VIEW public.nums OWNER TO postgres;

-- view public.over_grouped
CREATE VIEW public.over_grouped AS
SELECT id,
    a,
    count
   FROM public.grouped;
ALTER VIEW public.over_grouped OWNER TO postgres;

-- view public.ring_a
CREATE VIEW public.ring_a AS
SELECT
    NULL::integer AS a;
ALTER VIEW public.ring_a OWNER TO postgres;

-- view public.ring_b
CREATE VIEW public.ring_b AS
SELECT
    NULL::integer AS a;
ALTER VIEW public.ring_b OWNER TO postgres;

-- view public.simple
CREATE VIEW public.simple AS
SELECT id,
    renamed AS a,
    b
   FROM public.t;
ALTER VIEW public.simple OWNER TO postgres;
COMMENT ON VIEW public.simple IS 'a view';
COMMENT ON COLUMN public.simple.b IS 'its column';

-- view public.with_new_columns
CREATE VIEW public.with_new_columns AS
SELECT t.id,
    t.renamed AS a,
    t.b,
    x.id2
   FROM (public.t
     JOIN ( SELECT 1 AS id2) x ON (true));
ALTER VIEW public.with_new_columns OWNER TO postgres;

-- view s_view.Odd View
CREATE VIEW s_view."Odd View" WITH (security_barrier='true') AS
SELECT (renamed COLLATE "C") AS "Col 1",
    b AS "select"
   FROM public.t
  WHERE (renamed <> 'it''s; --'::text);
ALTER VIEW s_view."Odd View" OWNER TO postgres;

-- column_default public.checked b
ALTER VIEW public.checked ALTER COLUMN b SET DEFAULT 7;

-- view_rule public.loop
CREATE OR REPLACE VIEW public.loop WITH (security_barrier='true') AS
SELECT l.x,
    ('a'::text COLLATE "C") AS y,
    ARRAY[t.*] AS z
   FROM ( SELECT 1 AS x) l,
    public.t
  WHERE (public.of_loop(NULL::public.loop) IS NULL);

-- view_rule public.ring_a
CREATE OR REPLACE VIEW public.ring_a AS
SELECT a
   FROM public.ring_b;

-- view_rule public.ring_b
CREATE OR REPLACE VIEW public.ring_b AS
SELECT a
   FROM public.ring_a;

-- constraint public.t t_pkey
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (id);

-- view_rule public.grouped
CREATE OR REPLACE VIEW public.grouped AS
SELECT id,
    renamed AS a,
    count(*) AS count
   FROM public.t
  GROUP BY id;

