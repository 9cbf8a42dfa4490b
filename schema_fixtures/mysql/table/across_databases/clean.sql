SET foreign_key_checks = 0; DROP DATABASE `fixture other`;
