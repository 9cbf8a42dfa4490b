SELECT table_name, column_name, JSON_REMOVE(histogram, '$."last-updated"') FROM information_schema.column_statistics WHERE schema_name = DATABASE() ORDER BY 1, 2;
