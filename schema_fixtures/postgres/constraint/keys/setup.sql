-- requires: pg>=11
CREATE SCHEMA s_constraint;
CREATE TABLE t (
    id integer PRIMARY KEY,
    a integer CONSTRAINT "A unique" UNIQUE,
    b integer,
    c integer,
    r int4range,
    CONSTRAINT inc UNIQUE (b) INCLUDE (c),
    CONSTRAINT late UNIQUE (c) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT may UNIQUE (b, c) DEFERRABLE,
    CONSTRAINT excl EXCLUDE USING gist (r WITH &&) WHERE (id > 0) DEFERRABLE,
    CONSTRAINT hashed EXCLUDE USING hash (b WITH =) WITH (fillfactor = 80) WHERE ((CASE WHEN a > 1 THEN true ELSE false END))
);
CREATE TABLE s_constraint.u (k integer NOT NULL, v text, CONSTRAINT u_pk PRIMARY KEY (k) WITH (fillfactor = 60));
ALTER TABLE s_constraint.u CLUSTER ON u_pk;
CREATE TABLE ident (k integer NOT NULL, v integer CONSTRAINT v_key UNIQUE);
ALTER TABLE ident ADD CONSTRAINT k_key UNIQUE (k);
ALTER TABLE ident REPLICA IDENTITY USING INDEX k_key;
COMMENT ON CONSTRAINT t_pkey ON t IS 'the key';
COMMENT ON INDEX t_pkey IS 'its index';
CREATE TABLE ex (a integer, b text, CONSTRAINT ex_c EXCLUDE USING btree ((a + 1) WITH =, lower(b) WITH =));
ALTER INDEX ex_c ALTER COLUMN 1 SET STATISTICS 77;
CREATE TABLE p (k integer, v integer, PRIMARY KEY (k), UNIQUE (k, v)) PARTITION BY RANGE (k);
CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (0) TO (10);
CREATE TABLE p_2 PARTITION OF p FOR VALUES FROM (10) TO (20) PARTITION BY LIST (k);
CREATE TABLE s_constraint.p_2_a PARTITION OF p_2 FOR VALUES IN (11);
CREATE TABLE p_3 (v integer, k integer CONSTRAINT own PRIMARY KEY, CONSTRAINT extra UNIQUE (v));
ALTER TABLE p ATTACH PARTITION p_3 FOR VALUES FROM (20) TO (30);
