SELECT * FROM marked ORDER BY a, b, seen;
SELECT a, seen, pg_typeof(seen) FROM typed ORDER BY a, seen;
SELECT body();
