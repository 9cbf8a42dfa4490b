-- requires: pg>=10
CREATE TABLE t (a integer, b text, c jsonb, d point, f text[]);
CREATE INDEX ON t (a);
CREATE INDEX "Odd"" name" ON t (b COLLATE "C" text_pattern_ops DESC NULLS LAST, a);
CREATE UNIQUE INDEX partial ON t (a) WHERE b IS NOT NULL AND b <> ' WHERE (';
CREATE INDEX expr ON t (lower(b), (a + 1), (c ->> 'k')) WITH (fillfactor = 70);
CREATE INDEX gin ON t USING gin (c jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX brin ON t USING brin (a) WITH (pages_per_range = 16);
CREATE INDEX hash ON t USING hash (b);
CREATE INDEX spgist ON t USING spgist (d);
COMMENT ON INDEX spgist IS 'an index';
CREATE INDEX clustered ON t (a, b);
CLUSTER t USING clustered;
CREATE TABLE r (k integer NOT NULL);
CREATE UNIQUE INDEX r_k ON r (k);
ALTER TABLE r REPLICA IDENTITY USING INDEX r_k;
CREATE TABLE p (k integer, v text) PARTITION BY RANGE (k);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE INDEX p_1_k ON p_1 (k);
