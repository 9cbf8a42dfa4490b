SELECT id, other FROM counted;
SELECT pg_get_serial_sequence('counted', 'id') IS NULL, pg_get_serial_sequence('counted', 'other') IS NULL;
