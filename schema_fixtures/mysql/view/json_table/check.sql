SELECT * FROM v1;
SHOW CREATE VIEW v1;
SELECT table_name, REPLACE(REPLACE(REPLACE(view_definition, DATABASE(), 'own'), '(', ''), ')', '') FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name;
