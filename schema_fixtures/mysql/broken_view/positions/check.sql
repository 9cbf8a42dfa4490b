SELECT table_name, REPLACE(view_definition, DATABASE(), 'own') FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name;
-- it becomes whole when what it lacks comes back
CREATE TABLE gone (a INT, b INT, c INT);
INSERT INTO gone VALUES (1, 9, 1), (2, 8, 2), (3, 7, 3);
SHOW CREATE VIEW v1; SHOW CREATE VIEW v2; SHOW CREATE VIEW v3;
SELECT * FROM v1; SELECT * FROM v3;
DROP TABLE gone;
