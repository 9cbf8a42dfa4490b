SELECT id, a+0, HEX(a), b+0, HEX(b), c+0, HEX(c), d+0, HEX(d), e+0, HEX(e) FROM t ORDER BY id;
SELECT id, f+0, HEX(f), g+0, HEX(g), h+0, HEX(h), i+0, HEX(i) FROM t ORDER BY id;
SELECT HEX(DEFAULT(e)) FROM t LIMIT 1;
-- the member that no row has
UPDATE t SET b = 2 WHERE id = 1; SELECT b+0, HEX(b) FROM t WHERE id = 1; UPDATE t SET b = 1;
