-- requires: pg>=14
CREATE SCHEMA s_extended_statistics;
CREATE TABLE t (a integer, b integer, c text);
CREATE STATISTICS s_extended_statistics."Stat" (ndistinct, dependencies) ON a, b FROM t;
CREATE STATISTICS all_kinds ON a, c FROM t;
CREATE STATISTICS exprs ON (a + b), lower(c) FROM t;
ALTER STATISTICS all_kinds SET STATISTICS 55;
COMMENT ON STATISTICS exprs IS 'expressions';
