-- requires: pg>=10
CREATE TABLE counted (id serial PRIMARY KEY, other bigint);
CREATE SEQUENCE "Counts Other" OWNED BY counted.other;
ALTER TABLE counted ALTER other SET DEFAULT nextval('"Counts Other"') * 2;
ALTER SEQUENCE counted_id_seq OWNED BY NONE;
CREATE TABLE later (id integer);
CREATE SEQUENCE early OWNED BY later.id;
ALTER TABLE later OWNER TO alice;
INSERT INTO counted DEFAULT VALUES;
