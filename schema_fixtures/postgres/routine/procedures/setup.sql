-- requires: pg>=14
CREATE TABLE log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, line text);
CREATE PROCEDURE writes(INOUT line text) LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log (line) VALUES (line); COMMIT; END $$;
COMMENT ON PROCEDURE writes(text) IS 'a procedure';
CREATE FUNCTION standard(n integer) RETURNS bigint LANGUAGE sql BEGIN ATOMIC
  SELECT count(*) FROM log WHERE id < n;
END;
CREATE FUNCTION returns_it(n integer) RETURNS integer LANGUAGE sql RETURN CASE WHEN n > 0 THEN n + 1 ELSE 0 END;
CREATE VIEW over_it AS SELECT standard(5) AS s;
