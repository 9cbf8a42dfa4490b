-- requires: pg>=10
CREATE TABLE ordered (a integer, b text, c date) PARTITION BY LIST (b);
CREATE TABLE turned_around (c date, gone integer, b text, a integer);
ALTER TABLE turned_around DROP COLUMN gone;
ALTER TABLE ordered ATTACH PARTITION turned_around FOR VALUES IN ('x', 'it''s', NULL);
INSERT INTO ordered VALUES (1, 'x', '2020-01-01'), (2, NULL, NULL);
