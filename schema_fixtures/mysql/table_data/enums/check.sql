SELECT id, e+0, f+0, s+0, u+0, l+0, w+0, v+0, HEX(u), HEX(l), HEX(w), HEX(v) FROM t ORDER BY id;
