-- requires: pg>=10
CREATE ROLE "Set up";
ALTER ROLE "Set up" SET search_path = "$user", public, "Odd ""schema""";
ALTER ROLE "Set up" SET work_mem = '7MB';
ALTER ROLE "Set up" SET "my.Own" = E'it''s \\ a\nvalue';
ALTER ROLE "Set up" SET DateStyle = 'German';
ALTER ROLE "Set up" SET temp_tablespaces = '';
ALTER ROLE ALL SET log_min_messages = 'error';
ALTER ROLE "Set up" SET session_preload_libraries = '';
