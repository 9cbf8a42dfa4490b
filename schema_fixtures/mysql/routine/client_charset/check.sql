SELECT HEX(routine_name), routine_type, HEX(definer), HEX(routine_comment), HEX(routine_definition), character_set_client FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY HEX(routine_name);
SELECT HEX(parameter_name), HEX(dtd_identifier) FROM information_schema.parameters WHERE specific_schema = DATABASE() ORDER BY HEX(specific_name), ordinal_position;
