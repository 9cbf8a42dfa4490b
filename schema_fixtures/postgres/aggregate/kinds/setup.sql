-- requires: pg>=10
CREATE AGGREGATE sums(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = safe, COMBINEFUNC = int4pl);
CREATE AGGREGATE counts_all(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE moves(float8) (SFUNC = float8pl, STYPE = float8, MSFUNC = float8pl, MINVFUNC = float8mi, MSTYPE = float8);
CREATE AGGREGATE ranks(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal,
  FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE least_of(integer) (SFUNC = int4smaller, STYPE = integer, SORTOP = OPERATOR(pg_catalog.<));
COMMENT ON AGGREGATE counts_all(*) IS 'all';
REVOKE EXECUTE ON FUNCTION sums(integer) FROM PUBLIC;
