SELECT oid, * FROM plain ORDER BY a;
SELECT oid FROM bare ORDER BY oid;
SELECT oid, * FROM keyed;
SELECT tableoid::regclass, oid, * FROM parent ORDER BY oid;
SELECT oid, * FROM typed;
SELECT tableoid::regclass, oid, * FROM parted ORDER BY a;
SELECT oid, * FROM later_with;
SELECT relname, relhasoids FROM pg_class WHERE relhasoids AND relnamespace = 'pg_catalog'::regnamespace IS FALSE ORDER BY relname;
