SELECT table_name, collation_connection FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name;
SELECT h FROM plain ORDER BY h;
SET NAMES utf8mb4; SET collation_connection = ucs2_general_ci;
SHOW CREATE VIEW `padded``v`;
SELECT column_name, column_type, collation_name FROM information_schema.columns WHERE table_name = 'padded`v' AND table_schema = DATABASE();
SELECT HEX(h) FROM `padded``v` ORDER BY a;
SET collation_connection = utf16_unicode_ci;
SHOW CREATE VIEW `16`;
SELECT HEX(h) FROM `16`;
