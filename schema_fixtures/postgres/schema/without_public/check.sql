SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|schema/)' ORDER BY 1;
