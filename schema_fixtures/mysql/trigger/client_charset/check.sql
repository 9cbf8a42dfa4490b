SELECT HEX(trigger_name), HEX(event_object_table), HEX(definer), HEX(action_statement), character_set_client FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name;
INSERT INTO plain VALUES (1); SELECT HEX(a) FROM plain; DELETE FROM plain;
