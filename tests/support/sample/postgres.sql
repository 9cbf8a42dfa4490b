-- A shop of more than 30 tables with objects of every kind, and a million rows. For PostgreSQL 12 and
-- newer. The roles are made before.
SET client_min_messages = warning;
CREATE SCHEMA shop AUTHORIZATION shop_owner;
CREATE SCHEMA "Stock & More";
COMMENT ON SCHEMA shop IS 'what''s sold';
GRANT USAGE ON SCHEMA shop TO shop_reader WITH GRANT OPTION;

-- Types.
CREATE TYPE shop.state AS ENUM ('new', 'paid', 'it''s sent', 'back\slash');
ALTER TYPE shop.state OWNER TO shop_owner;
CREATE TYPE shop.address AS (street text COLLATE "C", number integer, zip varchar(10));
COMMENT ON COLUMN shop.address.zip IS 'as printed';
CREATE DOMAIN shop.price AS numeric(12, 2) DEFAULT 0 NOT NULL CONSTRAINT not_negative CHECK (VALUE >= 0);
CREATE TYPE shop.span AS RANGE (subtype = timestamptz);
GRANT USAGE ON TYPE shop.price TO shop_reader;

-- Routines.
CREATE FUNCTION shop.vat(net numeric, rate numeric DEFAULT 0.2) RETURNS numeric LANGUAGE sql IMMUTABLE
  PARALLEL SAFE AS $$ SELECT round(net * (1 + rate), 2) $$;
COMMENT ON FUNCTION shop.vat(numeric, numeric) IS 'with "quotes" and \ backslash';
CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql SET search_path = shop, pg_temp AS $fn$
BEGIN
  NEW.changed := now(); -- $$ in a comment; and a semicolon
  RETURN NEW;
END $fn$;
CREATE PROCEDURE shop.close_day(day date) LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM day; END $$;
ALTER PROCEDURE shop.close_day(date) OWNER TO shop_owner;
REVOKE EXECUTE ON PROCEDURE shop.close_day(date) FROM PUBLIC;

-- Sequences.
CREATE SEQUENCE shop.invoice_number AS bigint START 1000 INCREMENT 5 MINVALUE 10 MAXVALUE 1000000 CACHE 3 CYCLE;
SELECT setval('shop.invoice_number', 1500, false);
GRANT USAGE ON SEQUENCE shop.invoice_number TO shop_reader;

-- Tables.
CREATE TABLE shop.country (code char(2) PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE shop.customer (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 7 INCREMENT BY 3) PRIMARY KEY,
  name text NOT NULL, "E-Mail" text CONSTRAINT has_at CHECK (position('@' in "E-Mail") > 0),
  home shop.address, country char(2) REFERENCES shop.country DEFERRABLE INITIALLY DEFERRED,
  changed timestamptz, notes text, born date);
ALTER TABLE shop.customer ALTER notes SET STORAGE EXTERNAL, ALTER name SET STATISTICS 500;
ALTER TABLE shop.customer DROP COLUMN born;
COMMENT ON TABLE shop.customer IS E'two\nlines';
COMMENT ON COLUMN shop.customer."E-Mail" IS 'checked';
COMMENT ON CONSTRAINT has_at ON shop.customer IS 'a little';
GRANT SELECT ON shop.customer TO shop_reader;
GRANT UPDATE (name, notes) ON shop.customer TO shop_reader;
CREATE TABLE shop.product (
  id serial PRIMARY KEY, sku text NOT NULL, title text COLLATE "C" NOT NULL, price shop.price,
  gross numeric GENERATED ALWAYS AS (round(price * 1.2, 2)) STORED, tags text[], data jsonb, picture bytea,
  weight double precision, size real, valid shop.span,
  CONSTRAINT sku_key UNIQUE (sku), EXCLUDE USING gist (valid WITH &&) WHERE (sku = 'unique'))
  WITH (fillfactor = 80, autovacuum_enabled = false, toast.autovacuum_enabled = false);
CREATE TABLE shop.order_head (
  id bigserial, placed timestamptz NOT NULL, customer bigint NOT NULL, state shop.state DEFAULT 'new' NOT NULL,
  PRIMARY KEY (id, placed)) PARTITION BY RANGE (placed);
CREATE TABLE shop.order_2024 PARTITION OF shop.order_head FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE shop.order_2025 (customer bigint NOT NULL, state shop.state NOT NULL DEFAULT 'new',
  gone integer, placed timestamptz NOT NULL, id bigint NOT NULL);
ALTER TABLE shop.order_2025 DROP COLUMN gone;
ALTER TABLE shop.order_head ATTACH PARTITION shop.order_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE shop.order_rest PARTITION OF shop.order_head DEFAULT PARTITION BY LIST (id);
CREATE TABLE shop.order_rest_new PARTITION OF shop.order_rest FOR VALUES IN (1, 2, 3);
CREATE TABLE shop.order_rest_other PARTITION OF shop.order_rest DEFAULT;
CREATE INDEX order_customer ON shop.order_head (customer, placed DESC);
CREATE TABLE shop.order_line (
  head bigint NOT NULL, line integer NOT NULL, product integer NOT NULL, quantity integer CHECK (quantity <> 0),
  price numeric(12, 2), PRIMARY KEY (head, line)) PARTITION BY HASH (head);
CREATE TABLE shop.order_line_0 PARTITION OF shop.order_line FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE shop.order_line_1 PARTITION OF shop.order_line FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE shop.base (id integer PRIMARY KEY, kind text DEFAULT 'base' CHECK (kind <> ''));
CREATE TABLE shop.derived (extra text, kind text DEFAULT 'derived') INHERITS (shop.base);
CREATE TABLE shop.empty ();
INSERT INTO shop.empty SELECT FROM generate_series(1, 3);
CREATE UNLOGGED TABLE shop.cache (key text, value text);
CREATE TABLE "Stock & More"."Odd ""Name""" ("a;b" integer, "select" text, "naïve" text, "tab	column" text);
CREATE TABLE shop.secret (id integer PRIMARY KEY, owner name DEFAULT current_user, body text);
ALTER TABLE shop.secret ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.secret AS RESTRICTIVE FOR SELECT TO shop_reader USING (owner = current_user);
CREATE POLICY all_rows ON shop.secret USING (true) WITH CHECK (id > 0);
CREATE TABLE shop.tree (id integer PRIMARY KEY, parent integer REFERENCES shop.tree ON DELETE CASCADE);
CREATE TABLE shop.left_side (id integer PRIMARY KEY, r integer);
CREATE TABLE shop.right_side (id integer PRIMARY KEY, l integer REFERENCES shop.left_side);
ALTER TABLE shop.left_side ADD FOREIGN KEY (r) REFERENCES shop.right_side NOT VALID;
DO $$ BEGIN
  FOR n IN 1..15 LOOP
    EXECUTE format('CREATE TABLE shop.lookup_%s (id integer PRIMARY KEY, name text UNIQUE, amount numeric)', n);
    EXECUTE format('INSERT INTO shop.lookup_%s SELECT i, ''name '' || i, i / 7.0 FROM generate_series(1, %s) i', n, n * 10);
  END LOOP;
END $$;

-- Rows.
INSERT INTO shop.country VALUES ('FR', 'France'), ('DE', E'Deutsch\tland\\'), ('XX', '');
INSERT INTO shop.customer (name, "E-Mail", home, country, notes)
  SELECT 'customer ' || i, i || '@example.org', ROW('Main "Street"', i, NULL)::shop.address, 'FR',
    CASE WHEN i % 1000 = 0 THEN repeat(md5(i::text), 500) END FROM generate_series(1, 100000) i;
INSERT INTO shop.product (sku, title, price, tags, data, picture, weight, size)
  SELECT 'sku' || i, 'title ' || i, i / 3.0, ARRAY['a', NULL, E'\\N', 'x"y'],
    jsonb_build_object('n', i, 't', E'line\nbreak'), decode(md5(i::text), 'hex'), sqrt(i), i / 3.0::real
  FROM generate_series(1, 50000) i;
INSERT INTO shop.product (sku, title, price, weight, size) VALUES
  ('nan', '', 0, 'NaN', '-Infinity'), ('zero', E'\\.', 0, '-0', 1e-45);
INSERT INTO shop.order_head (placed, customer, state)
  SELECT timestamptz '2024-01-01 00:00+00' + i * interval '3 minutes', 7 + i % 1000,
    (ARRAY['new', 'paid', 'it''s sent', 'back\slash'])[1 + i % 4]::shop.state FROM generate_series(1, 400000) i;
INSERT INTO shop.order_line SELECT i, 1, 1 + i % 50000, 1 + i % 9, i / 100.0 FROM generate_series(1, 450000) i;
INSERT INTO shop.base VALUES (1, DEFAULT), (2, 'two');
INSERT INTO shop.derived VALUES (3, 'three', 'x'), (4, DEFAULT, NULL);
INSERT INTO shop.cache VALUES ('k', 'v');
INSERT INTO "Stock & More"."Odd ""Name""" VALUES (1, E'\\.', E'\r\n\b\f\v', NULL), (2, '', 'é€😀', E'\t');
INSERT INTO shop.secret (id, body) VALUES (1, 'hidden');
INSERT INTO shop.tree VALUES (1, NULL), (2, 1), (3, 2);
SET session_replication_role = replica;
INSERT INTO shop.left_side VALUES (1, 99);
SET session_replication_role = origin;
INSERT INTO shop.right_side VALUES (5, 1);
SELECT lo_from_bytea(16001, decode(repeat('00ff5c27', 5000), 'hex')), lo_create(16002);
COMMENT ON LARGE OBJECT 16001 IS 'bytes';
GRANT SELECT ON LARGE OBJECT 16001 TO shop_reader;

-- Indexes, views, rules, triggers, statistics.
CREATE INDEX product_lower ON shop.product (lower(title) text_pattern_ops DESC NULLS LAST) INCLUDE (sku)
  WITH (fillfactor = 70) WHERE price > 1;
CREATE INDEX product_data ON shop.product USING gin (data jsonb_path_ops);
ALTER INDEX shop.product_lower ALTER COLUMN 1 SET STATISTICS 300;
ALTER TABLE shop.customer CLUSTER ON customer_pkey;
ALTER TABLE shop.product REPLICA IDENTITY USING INDEX sku_key;
CREATE STATISTICS shop.product_stats (ndistinct, dependencies) ON sku, title FROM shop.product;
CREATE VIEW shop.cheap WITH (security_barrier) AS SELECT id, sku, price FROM shop.product WHERE price < 10
  WITH LOCAL CHECK OPTION;
CREATE VIEW shop.by_customer AS SELECT c.id, c.name, count(o.id) AS orders
  FROM shop.customer c LEFT JOIN shop.order_head o ON o.customer = c.id GROUP BY c.id;
ALTER VIEW shop.cheap ALTER COLUMN price SET DEFAULT 1;
GRANT SELECT ON shop.cheap TO PUBLIC;
CREATE MATERIALIZED VIEW shop.top AS SELECT * FROM shop.by_customer WHERE orders > 10;
CREATE MATERIALIZED VIEW shop.top_names AS SELECT name FROM shop.top;
CREATE MATERIALIZED VIEW shop.never AS SELECT 1 AS one WITH NO DATA;
CREATE UNIQUE INDEX top_id ON shop.top (id);
CREATE FUNCTION shop.count_of(shop.cheap) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE RULE no_delete AS ON DELETE TO shop.country DO INSTEAD NOTHING;
CREATE TRIGGER touch BEFORE UPDATE OF name ON shop.customer FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name)
  EXECUTE FUNCTION shop.touch();
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON shop.tree DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION shop.touch();
ALTER TABLE shop.customer DISABLE TRIGGER touch;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA shop GRANT SELECT ON TABLES TO shop_reader;
ALTER TABLE shop.country OWNER TO shop_owner;
