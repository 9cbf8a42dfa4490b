SELECT * FROM t ORDER BY a; SELECT * FROM nothing_own;
