CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- access_method own_heap
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;

-- table public.kept
CREATE TABLE public.kept (
    a integer
)
USING own_heap;
ALTER TABLE public.kept OWNER TO postgres;

-- materialized_view public.shown
CREATE MATERIALIZED VIEW public.shown
USING own_heap AS
SELECT a
   FROM public.kept
 WITH NO DATA;
ALTER MATERIALIZED VIEW public.shown OWNER TO postgres;

