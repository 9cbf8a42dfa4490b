-- requires: pg>=10
CREATE SCHEMA counted;
CREATE TABLE counted.t (id integer PRIMARY KEY, a text);
INSERT INTO counted.t VALUES (1, 'x'), (2, 'y');
CREATE MATERIALIZED VIEW z_base WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_enabled = false) AS SELECT * FROM counted.t;
CREATE VIEW between_them AS SELECT * FROM z_base;
CREATE FUNCTION counts() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM counted.t';
CREATE MATERIALIZED VIEW a_top AS SELECT b.id, b.a || '!' AS a, counts() AS n FROM between_them b;
CREATE MATERIALIZED VIEW never AS SELECT 1 AS one WITH NO DATA;
CREATE MATERIALIZED VIEW grouped AS SELECT id, a, count(*) AS n FROM counted.t GROUP BY id;
CREATE UNIQUE INDEX z_key ON z_base (id);
CREATE INDEX top_a ON a_top (a);
ALTER MATERIALIZED VIEW z_base CLUSTER ON z_key;
ALTER MATERIALIZED VIEW z_base ALTER a SET STORAGE EXTERNAL, ALTER a SET STATISTICS 33, ALTER id SET (n_distinct = 2);
ALTER TABLE a_top REPLICA IDENTITY FULL;
ALTER TABLE never REPLICA IDENTITY NOTHING;
COMMENT ON MATERIALIZED VIEW a_top IS 'top';
COMMENT ON COLUMN a_top.a IS 'a';
