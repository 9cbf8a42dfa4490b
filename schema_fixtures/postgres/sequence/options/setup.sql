-- requires: pg>=10
CREATE SCHEMA s_sequence;
CREATE SEQUENCE plain;
CREATE SEQUENCE small AS smallint START 5 INCREMENT 2 MINVALUE 3 MAXVALUE 99 CACHE 4 CYCLE;
CREATE SEQUENCE down AS integer INCREMENT -1;
CREATE SEQUENCE never START 77;
CREATE SEQUENCE s_sequence."Odd.Name" MAXVALUE 10;
SELECT setval('s_sequence."Odd.Name"', 7, false), nextval('small'), nextval('down'), nextval('down');
CREATE TABLE serials (id serial, big bigserial, "Mixed" smallserial);

ALTER SEQUENCE serials_big_seq RENAME TO "renamed";
INSERT INTO serials DEFAULT VALUES;
CREATE TABLE other (n bigint DEFAULT nextval('plain'));
CREATE SEQUENCE owned OWNED BY other.n;
