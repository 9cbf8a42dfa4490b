CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- routine public.f
CREATE FUNCTION public.f()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$BEGIN RETURN NEW; END$function$;
ALTER FUNCTION public.f() OWNER TO postgres;

-- table public.p
CREATE TABLE public.p (
    k integer,
    r integer
)
PARTITION BY LIST (k);
ALTER TABLE public.p OWNER TO postgres;

-- table public.p_1
CREATE TABLE public.p_1 (
    k integer,
    r integer
);
ALTER TABLE public.p_1 OWNER TO postgres;

-- table public.t
CREATE TABLE public.t (
    a integer NOT NULL,
    b text
);
ALTER TABLE public.t OWNER TO postgres;

-- partition_attach public.p_1
ALTER TABLE ONLY public.p ATTACH PARTITION public.p_1 FOR VALUES IN (1);

-- view public.v
CREATE VIEW public.v AS
SELECT a,
    b
   FROM public.t;
ALTER VIEW public.v OWNER TO postgres;

-- constraint public.t t_pkey
ALTER TABLE ONLY public.t
    ADD CONSTRAINT t_pkey PRIMARY KEY (a);

-- trigger public.p of_all
CREATE TRIGGER of_all AFTER INSERT ON public.p FOR EACH STATEMENT EXECUTE FUNCTION public.f();

-- trigger public.p_1 on_partition
CREATE TRIGGER on_partition AFTER INSERT ON public.p_1 FOR EACH ROW EXECUTE FUNCTION public.f();

-- trigger public.t Con
CREATE CONSTRAINT TRIGGER "Con" AFTER INSERT ON public.t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.f();

-- trigger public.t before_row
CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OF b ON public.t FOR EACH ROW WHEN ((new.a > 3)) EXECUTE FUNCTION public.f('it''s', 'a\b');

-- trigger public.t off
CREATE TRIGGER off BEFORE DELETE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
ALTER TABLE public.t DISABLE TRIGGER off;
COMMENT ON TRIGGER off ON public.t IS 'off';

-- trigger public.t replica
CREATE TRIGGER replica BEFORE DELETE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f();
ALTER TABLE public.t ENABLE REPLICA TRIGGER replica;

-- trigger public.t transition
CREATE TRIGGER transition AFTER UPDATE ON public.t REFERENCING OLD TABLE AS o NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION public.f();

-- trigger public.t trunc
CREATE TRIGGER trunc AFTER TRUNCATE ON public.t FOR EACH STATEMENT EXECUTE FUNCTION public.f();

-- trigger public.v on_view
CREATE TRIGGER on_view INSTEAD OF INSERT ON public.v FOR EACH ROW EXECUTE FUNCTION public.f();

