-- requires: mysql>=8.0.29
CREATE FUNCTION service_get_read_locks RETURNS INTEGER SONAME 'locking_service.so';
CREATE FUNCTION keyring_key_type_fetch RETURNS STRING SONAME 'keyring_udf.so';
