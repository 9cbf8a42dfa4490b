SELECT id, e+0, s+0, HEX(e), HEX(s) FROM t ORDER BY id;
