SELECT options FROM information_schema.schemata_extensions WHERE schema_name = DATABASE(); SELECT * FROM t;
