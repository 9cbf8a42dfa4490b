SELECT * FROM information_schema.resource_groups ORDER BY 1;
