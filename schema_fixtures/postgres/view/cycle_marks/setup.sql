-- requires: pg>=14
CREATE TABLE road (a int, b int);
INSERT INTO road VALUES (1, 2), (2, 1);
CREATE VIEW marked AS WITH RECURSIVE s (a, b) AS (SELECT a, b FROM road UNION ALL
  SELECT r.a, r.b FROM road r, s WHERE r.a = s.b)
  CYCLE a, b SET seen TO 'Y' DEFAULT 'N' USING path SELECT s.a, s.b, s.seen FROM s, road r WHERE r.a = 1;
CREATE VIEW typed AS WITH RECURSIVE s (a, b) AS (SELECT a, b FROM road UNION ALL
  SELECT r.a, r.b FROM road r, s WHERE r.a = s.b)
  SEARCH DEPTH FIRST BY a SET place CYCLE a SET seen TO "char" E'\\' DEFAULT NULL USING path SELECT s.a, s.seen FROM s, road r WHERE r.a = 1;
CREATE MATERIALIZED VIEW kept AS WITH RECURSIVE s (a, b) AS (SELECT a, b FROM road UNION ALL
  SELECT r.a, r.b FROM road r, s WHERE r.a = s.b)
  CYCLE a SET seen TO date '2026-01-02' DEFAULT date '2026-01-01' USING path SELECT s.a, s.seen FROM s, road r WHERE r.a = 1;
CREATE FUNCTION body() RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  WITH RECURSIVE s (a, b) AS (SELECT a, b FROM road UNION ALL SELECT r.a, r.b FROM road r, s WHERE r.a = s.b)
  CYCLE a SET seen TO varchar 'Y' DEFAULT varchar 'N' USING path SELECT count(*) FROM s, road r WHERE s.seen = 'Y';
END;
