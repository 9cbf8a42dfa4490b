-- requires: pg>=10
SELECT lo_create(100001), lo_create(100002), lo_create(4000000000);
SELECT lo_from_bytea(100003, '\x00ff5c27');
SELECT lo_put(100001, 5000, 'far');
COMMENT ON LARGE OBJECT 100002 IS 'a comment';
GRANT SELECT ON LARGE OBJECT 100003 TO PUBLIC;
