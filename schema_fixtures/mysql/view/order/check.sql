SELECT table_name, check_option, is_updatable, security_type FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY 1;
SELECT * FROM m; SELECT * FROM `v``w;"'`; SELECT * FROM calls;
