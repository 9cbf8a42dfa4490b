CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TYPE a.mood AS ENUM ('sad', 'glad');
CREATE DOMAIN b.positive AS int CHECK (VALUE > 0);
CREATE FUNCTION a.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
  EXECUTE format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host %L, port %L, dbname %L)',
    split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), 'prepared');
END $$;
CREATE USER MAPPING FOR postgres SERVER loopback OPTIONS (user 'postgres');
