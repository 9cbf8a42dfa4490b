SELECT name, zip_page_size, space_type, autoextend_size, encryption FROM information_schema.innodb_tablespaces WHERE space_type IN ('General', 'Undo') ORDER BY name;
SELECT * FROM information_schema.tablespaces_extensions WHERE tablespace_name LIKE 'ts%' ORDER BY 1;
SELECT path FROM information_schema.innodb_datafiles WHERE path LIKE '%ts%' OR path LIKE '%u1%' ORDER BY 1;
