-- requires: mysql>=8.0.31
CREATE TABLE h (a INT, `b``c` VARCHAR(10), c DATE, d DECIMAL(6,2), e ENUM('x', 'y''z'), f DOUBLE, g DATETIME(3), h TIME) CHARACTER SET utf8mb4;
INSERT INTO h VALUES (1, 'a''\\', '2020-01-01', 1.25, 'x', 0.1, '2020-01-01 00:00:00.5', '10:00:00'),
  (2, 'é', '2021-01-01', 2.25, 'y''z', 1e300, '2021-01-01 00:00:00', '-11:00:00'), (3, '', NULL, 3.75, NULL, -0e0, NULL, NULL), (4, '😀', '2022-02-02', 4.55, 'x', 5, '1999-01-01', '1:1:1');
ANALYZE TABLE h UPDATE HISTOGRAM ON a, c WITH 2 BUCKETS;
ANALYZE TABLE h UPDATE HISTOGRAM ON `b``c`, d, e, f, g, h WITH 100 BUCKETS;
DELETE FROM h WHERE a > 2;
