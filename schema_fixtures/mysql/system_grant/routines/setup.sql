-- requires: mysql>=8.0.11 mariadb>=10.6
CREATE USER u@localhost;
GRANT EXECUTE ON FUNCTION sys.version_major TO u@localhost; GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE sys.table_exists TO u@localhost WITH GRANT OPTION;
GRANT SELECT ON sys.version TO u@localhost;
