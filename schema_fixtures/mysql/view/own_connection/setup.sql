-- requires: mariadb>=10.3
-- no reference: the server refuses to show them to another connection (1267)
CREATE TABLE `t``1` (a INT, b VARCHAR(10) CHARACTER SET ucs2);
INSERT INTO `t``1` VALUES (10, 'x'), (255, 'y');
SET NAMES utf8mb4; SET collation_connection = ucs2_general_ci;
CREATE VIEW `padded``v` AS SELECT a, LPAD(HEX(a), 4, '0') AS h FROM `t``1`;
SET collation_connection = utf16_unicode_ci;
CREATE VIEW `16` AS SELECT LPAD(HEX(a), 4, '0') AS h FROM `t``1` WHERE a > 10;
SET NAMES utf8mb4;
CREATE VIEW plain AS SELECT LPAD(HEX(a), 4, '0') AS h FROM `t``1`;
