SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = DATABASE();
