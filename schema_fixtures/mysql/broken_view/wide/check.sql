SELECT CRC32(REPLACE(view_definition, DATABASE(), 'own')) FROM information_schema.views WHERE table_schema = DATABASE();
SHOW CREATE VIEW v;
