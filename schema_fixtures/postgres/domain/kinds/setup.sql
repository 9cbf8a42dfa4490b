-- requires: pg>=10
CREATE DOMAIN positive AS numeric(10, 2) DEFAULT 1.5 NOT NULL CHECK (VALUE > 0) CONSTRAINT small CHECK (VALUE < 1000);
CREATE DOMAIN worded AS text COLLATE "C" CONSTRAINT "Odd name" CHECK (VALUE ~ '^[a-z''\\]*$');
CREATE DOMAIN over_domain AS positive CHECK (VALUE <> 7);
CREATE DOMAIN listed AS integer[];
CREATE TABLE rows_of_it (p positive, w worded, l listed);
INSERT INTO rows_of_it VALUES (5, 'abc', '{1,NULL}');
ALTER DOMAIN listed ADD CONSTRAINT late CHECK (array_length(VALUE, 1) > 5) NOT VALID;
COMMENT ON DOMAIN positive IS 'above zero';
COMMENT ON CONSTRAINT small ON DOMAIN positive IS 'not too large';
