SELECT event_name, definer FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1;
