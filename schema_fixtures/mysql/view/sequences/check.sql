SHOW CREATE VIEW v_next; SHOW CREATE VIEW v_last; SHOW CREATE VIEW set_it; SHOW CREATE VIEW v_over;
SHOW COLUMNS FROM v_next; SHOW COLUMNS FROM v_over;
SELECT next_not_cached_value FROM `s``1`;
