-- requires: mysql>=8.0.11
CREATE TABLE of_table (a CHAR(10), b CHAR(10) COLLATE latin1_spanish_ci, c CHAR(10) COLLATE latin1_bin, d ENUM('x') COLLATE latin1_swedish_ci, e CHAR(1) CHARACTER SET utf8mb4,
  f CHAR(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin) DEFAULT CHARSET = latin1 COLLATE = latin1_spanish_ci;
CREATE TABLE of_database (a TEXT, `COLLATE` CHAR(3) COLLATE utf8mb4_bin COMMENT 'COLLATE utf8mb4_bin') COLLATE = utf8mb4_bin;
