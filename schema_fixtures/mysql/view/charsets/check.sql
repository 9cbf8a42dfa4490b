SELECT HEX(x), CHARSET(x), COLLATION(x), HEX(y), HEX(z) FROM u; SELECT HEX(x), CHARSET(x), COLLATION(x) FROM n;
SELECT HEX(x), CHARSET(x), COLLATION(x) FROM l;
SELECT table_name, column_name, column_type, collation_name FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1, 2;
