-- requires: pg>=10
CREATE VIEW one AS SELECT 1 AS a, 'x'::text COLLATE "C" AS b;
CREATE VIEW two WITH (security_barrier) AS SELECT * FROM one;
CREATE OR REPLACE VIEW one AS SELECT a, b FROM two;
COMMENT ON VIEW one IS 'needs two';
CREATE TABLE keyed (id integer PRIMARY KEY, n text);
CREATE VIEW grouped AS SELECT id, n, count(*) FROM keyed GROUP BY id;
CREATE VIEW over_it AS SELECT * FROM grouped;
