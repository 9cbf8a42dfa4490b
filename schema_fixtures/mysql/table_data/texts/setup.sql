-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE t (id INT PRIMARY KEY, l VARCHAR(20) CHARACTER SET latin1, u TEXT CHARACTER SET utf8mb4, w VARCHAR(20) CHARACTER SET ucs2, s CHAR(5) CHARACTER SET sjis,
  g VARCHAR(9) CHARACTER SET gbk, b VARBINARY(20), c BINARY(4), m MEDIUMBLOB, x CHAR(3));
INSERT INTO t VALUES (1, _latin1 x'E9FF80', '🌍\r\n\0\\''"\Z\t%_', 'é€', _sjis x'835C', _gbk x'BF5C', x'00FF5C27', x'01', x'', 'a  '),
  (2, '', '', '', '', '', '', '', NULL, ' '), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
