-- requires: pg>=10
CREATE TABLE base_rows (a integer);
INSERT INTO base_rows VALUES (1), (2);
CREATE MATERIALIZED VIEW z_first AS SELECT a FROM base_rows;
CREATE VIEW between_them AS SELECT a + 1 AS a FROM z_first;
CREATE MATERIALIZED VIEW a_second AS SELECT a FROM between_them;
CREATE UNIQUE INDEX ON a_second (a);
CREATE MATERIALIZED VIEW empty_one AS SELECT a FROM a_second WITH NO DATA;
