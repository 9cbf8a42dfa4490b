-- requires: mysql>=5.6 mariadb>=10.5
-- no reference: the vendors' dumpers write question marks, or nothing, for bytes that are no text
SET sql_mode = '';
CREATE TABLE t (id INT PRIMARY KEY,
  a ENUM('a', 0xFFFF, 'c', 0x62FF) CHARACTER SET utf8mb4,
  b ENUM('long enough to hide the next', 0x62FF) CHARACTER SET utf8mb4,
  c SET('z', 0x61FF) CHARACTER SET utf8mb4,
  d ENUM(0x81, 'x') CHARACTER SET sjis,
  e ENUM(0x80, '?') CHARACTER SET ascii DEFAULT 0x80,
  f ENUM(0xD800, 'z') CHARACTER SET ucs2,
  g ENUM('🌍', 0xFF, '') CHARACTER SET utf8mb4,
  h ENUM(0x81, 'y') CHARACTER SET cp1250,
  i ENUM('it''s', '', 'back\\slash', 'line
feed', ' ') CHARACTER SET utf8mb4);
INSERT INTO t VALUES (1, 2, 1, 1, 1, 1, 1, 1, 1, 1), (2, 4, 1, 2, 2, 2, 2, 2, 2, 2), (3, 3, 1, 3, 1, 1, 1, 3, 1, 3), (4, 1, 1, 0, 1, 1, 1, 1, 1, 4), (5, 1, 1, 0, 1, 1, 1, 1, 1, 5);
