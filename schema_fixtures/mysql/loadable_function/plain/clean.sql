DROP FUNCTION service_get_read_locks; DROP FUNCTION keyring_key_type_fetch;
