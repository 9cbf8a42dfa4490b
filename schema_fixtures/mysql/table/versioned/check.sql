SELECT *, row_start, row_end FROM plain FOR SYSTEM_TIME ALL ORDER BY a, b;
SELECT *, `from`, `to` FROM named FOR SYSTEM_TIME ALL ORDER BY a;
