SELECT column_name, REPLACE(column_default, DATABASE(), 'own'), is_nullable, column_comment FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 't' ORDER BY ordinal_position;
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name;
SELECT a, b, c, d, `e ``e`, f FROM t ORDER BY c;
-- it takes rows again when the sequences come back
CREATE SEQUENCE s; CREATE SEQUENCE `odd ``s`;
INSERT INTO t (b, c) VALUES (1, 9);
SELECT a, b, c, d, `e ``e`, f FROM t WHERE c = 9;
DELETE FROM t WHERE c = 9; DO SETVAL(kept, 1000, 0); ALTER SEQUENCE kept RESTART 1;
DROP SEQUENCE s; DROP SEQUENCE `odd ``s`;
