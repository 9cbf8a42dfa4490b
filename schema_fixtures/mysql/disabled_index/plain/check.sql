SELECT table_name, index_name, comment FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1, 2;
