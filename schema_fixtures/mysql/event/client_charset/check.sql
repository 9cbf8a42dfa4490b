SELECT HEX(event_name), HEX(definer), HEX(event_comment), HEX(event_definition), character_set_client FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY HEX(event_name);
SET character_set_results = binary; SHOW CREATE EVENT `plain`;
