-- requires: pg>=14
CREATE TYPE with_multi AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = "Many");
CREATE TABLE spans (m "Many");
INSERT INTO spans VALUES ('{[1,2),[3,4]}');
