SHOW CREATE VIEW v1; SHOW CREATE VIEW v2; SHOW CREATE VIEW v3; SHOW CREATE VIEW v4; SHOW CREATE VIEW `v5 ``x`;
SHOW CREATE VIEW v6; SELECT * FROM whole;
SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name;
SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE();
-- it becomes whole when what it lacks comes back
CREATE TABLE gone (a INT, `b``x` VARCHAR(10));
ALTER TABLE kept ADD COLUMN c INT;
INSERT INTO gone VALUES (1, 'x'); SELECT * FROM v1; SELECT * FROM `v5 ``x`; SELECT * FROM v3;
INSERT INTO `v5 ``x` VALUES (3);
ALTER TABLE kept DROP COLUMN c; DROP TABLE gone;
