DROP ROLE ours; DROP USER boss@localhost;
DELETE FROM mysql.global_priv WHERE user IN ('theirs', 'q''`r'); DELETE FROM mysql.roles_mapping WHERE role IN ('theirs', 'q''`r'); FLUSH PRIVILEGES;
