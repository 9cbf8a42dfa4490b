CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- schema s_default_privileges
CREATE SCHEMA s_default_privileges;
ALTER SCHEMA s_default_privileges OWNER TO postgres;

-- routine s_default_privileges.made_after
CREATE FUNCTION s_default_privileges.made_after()
 RETURNS integer
 LANGUAGE sql
AS $function$SELECT 1$function$;
ALTER FUNCTION s_default_privileges.made_after() OWNER TO postgres;

-- sequence s_default_privileges.made_after_a_seq
CREATE SEQUENCE s_default_privileges.made_after_a_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE s_default_privileges.made_after_a_seq OWNER TO postgres;

-- table s_default_privileges.made_after
CREATE TABLE s_default_privileges.made_after (
    a integer DEFAULT nextval('s_default_privileges.made_after_a_seq'::regclass) NOT NULL
);
ALTER TABLE s_default_privileges.made_after OWNER TO postgres;

-- sequence_owner s_default_privileges.made_after_a_seq
ALTER SEQUENCE s_default_privileges.made_after_a_seq OWNED BY s_default_privileges.made_after.a;

-- grants s_default_privileges.made_after
REVOKE EXECUTE ON FUNCTION s_default_privileges.made_after() FROM PUBLIC;

-- grants s_default_privileges.made_after
GRANT SELECT ON TABLE s_default_privileges.made_after TO PUBLIC;

-- grants s_default_privileges.made_after_a_seq
GRANT SELECT, USAGE ON SEQUENCE s_default_privileges.made_after_a_seq TO PUBLIC;

-- default_privileges FUNCTIONS postgres
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS  FROM PUBLIC;

-- default_privileges TABLES postgres
ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES  TO PUBLIC;

-- default_privileges s_default_privileges.SEQUENCES postgres
ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA s_default_privileges GRANT SELECT, USAGE ON SEQUENCES  TO PUBLIC;

