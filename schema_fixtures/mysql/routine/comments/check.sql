SELECT routine_name, HEX(routine_comment) FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER BY 1;
SELECT event_name, HEX(event_comment) FROM information_schema.events WHERE event_schema = DATABASE();
