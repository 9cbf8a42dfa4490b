-- requires: pg>=12
CREATE ACCESS METHOD own_heap TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE kept (a integer) USING own_heap;
INSERT INTO kept VALUES (1);
CREATE MATERIALIZED VIEW shown USING own_heap AS SELECT a FROM kept;
