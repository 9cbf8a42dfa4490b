SELECT * FROM a_customers; SHOW CREATE VIEW a_customers; SELECT * FROM information_schema.tables WHERE 1 = 0;
