-- requires: mysql>=5.6 mariadb>=10.5
SET sql_mode = '';
CREATE TABLE t (id INT PRIMARY KEY, e ENUM('', 'a', 'b''c', 'd\\e', '1', '0'), f ENUM('x', 'y'), s SET('a', 'b', 'c''d'), u ENUM('é', 'ü') CHARACTER SET utf8mb4,
  l SET('ä', 'ö') CHARACTER SET latin1, w ENUM('a', 'b') CHARACTER SET ucs2, v SET('p','q') CHARACTER SET utf32);
INSERT INTO t VALUES (1, 0, 0, 0, 0, 0, 0, 0), (2, 1, 1, 1, 1, 1, 1, 1), (3, 2, 2, 7, 2, 3, 2, 3), (4, 3, NULL, 2, NULL, NULL, NULL, NULL),
  (5, 4, 'y', 'a,b', 'ü', 'ä,ö', 'a', 'p,q'), (6, 5, 'nope', 4, 'nope', 1, 'b', ''), (7, 6, 'x', '', 'é', '', 'zz', 'q');
