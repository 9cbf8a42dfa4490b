-- requires: pg>=12
CREATE TABLE published (id integer PRIMARY KEY, body text);
CREATE PUBLICATION "some" FOR TABLE published WITH (publish = 'insert, delete');
CREATE PUBLICATION "All of it" FOR ALL TABLES;
COMMENT ON PUBLICATION "some" IS 'a part';
CREATE SUBSCRIPTION sub CONNECTION 'host=nowhere dbname=x' PUBLICATION a, "B" WITH (connect = false, slot_name = NONE);
