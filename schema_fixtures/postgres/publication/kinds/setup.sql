-- requires: pg>=10
CREATE TABLE published (id integer PRIMARY KEY, body text);
CREATE PUBLICATION "some" FOR TABLE published WITH (publish = 'insert, delete');
CREATE PUBLICATION "All of it" FOR ALL TABLES;
COMMENT ON PUBLICATION "some" IS 'a part';
