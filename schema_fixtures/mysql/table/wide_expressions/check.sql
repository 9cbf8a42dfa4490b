INSERT INTO t (id, c) VALUES (2, '🌍'); SELECT HEX(g), HEX(x), HEX(y), HEX(c) FROM t ORDER BY id; DELETE FROM t WHERE id = 2;
