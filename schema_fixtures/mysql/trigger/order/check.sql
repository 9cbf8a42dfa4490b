INSERT INTO `t``1` (a) VALUES (2);
SELECT * FROM `t``1`;
DELETE FROM `t``1` WHERE a = 2;
SELECT trigger_name, event_object_table, action_order, action_timing, sql_mode, definer FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 2, 3, 1;
