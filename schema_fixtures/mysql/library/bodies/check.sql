SELECT library_name, HEX(library_comment), library_definition FROM information_schema.libraries WHERE library_schema = DATABASE() ORDER BY 1;
SELECT routine_name, HEX(routine_comment), HEX(routine_definition) FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1;
