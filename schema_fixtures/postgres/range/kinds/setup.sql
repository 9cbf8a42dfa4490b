-- requires: pg>=10
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
COMMENT ON TYPE text_range IS 'of words';
CREATE TABLE spans (t text_range, f float_range);
INSERT INTO spans VALUES ('[a,b)', '(1.5,]'), ('empty', NULL);
