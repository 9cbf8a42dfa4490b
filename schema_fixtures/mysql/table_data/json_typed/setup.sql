-- requires: mysql>=8.0.11
CREATE TABLE src (b BIT(5), b2 BIT(64), y YEAR, bl BLOB, lb LONGBLOB, mb MEDIUMBLOB, tb TINYBLOB, vb VARBINARY(10), bi BINARY(3), g GEOMETRY, ts TIMESTAMP(3) NULL, e ENUM('a', 'b'), s SET('x', 'y'), f FLOAT, d DECIMAL(10,0), z DECIMAL(65,30), u BIGINT UNSIGNED, dt DATETIME, da DATE, ti TIME(2));
INSERT INTO src VALUES (5, 1 << 63 | 1, 2020, REPEAT(x'00ff27', 100), 'b', 'mb', 'c', 'd', 'e', POINT(1, 2), '2020-01-01 00:00:01.5', 'b', 'x,y', 1.1, 7, -12345.678, 5, '9999-12-31 23:59:59', '0001-01-01', '-838:59:59'),
  (0, 0, 0, '', '', '', '', '', '', NULL, NULL, NULL, '', -0e0, -7, 0, 0, NULL, NULL, '0:0:0.01');
CREATE TABLE doc (id INT PRIMARY KEY AUTO_INCREMENT, j JSON, k JSON NULL);
INSERT INTO doc (j) VALUES
  (JSON_OBJECT('d', 12345.67, 'dt', CAST('2020-01-01' AS DATE), 't', CAST('-10:11:12.5' AS TIME(6)), 'b', x'00ff', 'u', CAST(1 AS UNSIGNED), 'big', 18446744073709551615, 'n', JSON_ARRAY(1.50, CAST('2020-01-01 01:02:03.4' AS DATETIME(6)), 'x', JSON_OBJECT('', 0.10)))),
  ('{"a": [1, -1.5e0, -0.0, 1e300, 5e-324], "b": {"c": [[], {}, [{}]]}}'), (CAST(1.5 AS JSON)), (CAST(CAST('2021-01-01' AS DATE) AS JSON)), (NULL), ('null'),
  (JSON_ARRAY(JSON_ARRAY(JSON_ARRAY(1.10, JSON_OBJECT('b', JSON_ARRAY(2.20), 'a', 3.30), 4.4), JSON_OBJECT('x"y''z\\', 5.50, 'é 😀.$', JSON_OBJECT('k', CAST('1:1:1' AS TIME)))), 6.60, JSON_ARRAY())),
  (JSON_OBJECT('a', JSON_OBJECT('b', JSON_ARRAY(JSON_OBJECT('c', 1.0), 'base64:type15:AP8=', '2020-01-01')), 'aa', 0.00, 'b', -0.5));
INSERT INTO doc (j, k) SELECT JSON_OBJECT('bit', b, 'b2', b2, 'y', y, 'bl', bl, 'lb', lb, 'mb', mb, 'tb', tb, 'vb', vb, 'bi', bi, 'g', g, 'ts', ts, 'e', e, 's', s, 'f', f, 'd', d, 'z', z, 'u', u, 'dt', dt, 'da', da, 'ti', ti), CAST(z AS JSON) FROM src;
INSERT INTO doc (j) SELECT CAST(bl AS JSON) FROM src;
INSERT INTO doc (j) SELECT CAST(ts AS JSON) FROM src;
INSERT INTO doc (j) SELECT CAST(b AS JSON) FROM src;
UPDATE doc SET j = JSON_REPLACE(j, '$.d', 1.5) WHERE id = 1;
