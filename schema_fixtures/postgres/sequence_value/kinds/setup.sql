-- requires: pg>=10
CREATE SEQUENCE untouched START 7;
CREATE SEQUENCE called; SELECT nextval('called'), nextval('called');
CREATE SEQUENCE down INCREMENT -3 MAXVALUE 10 MINVALUE -100; SELECT nextval('down');
CREATE SEQUENCE put; SELECT setval('put', 42, false);
CREATE TABLE counted (a serial, b integer GENERATED ALWAYS AS IDENTITY);
INSERT INTO counted DEFAULT VALUES;
