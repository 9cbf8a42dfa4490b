SELECT table_name, REPLACE(view_definition, DATABASE(), 'own') FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name;
SHOW CREATE VIEW v1; SHOW CREATE VIEW v2; SHOW CREATE VIEW v3; SHOW CREATE VIEW v4;
SELECT * FROM v4;
