-- requires: pg>=10
-- A whole page, one byte more, a hole, and nothing.
SELECT lo_from_bytea(200001, convert_to(repeat('p', 2048), 'UTF8'));
SELECT lo_from_bytea(200002, convert_to(repeat('q', 2049), 'UTF8'));
SELECT lo_from_bytea(200003, '\x00');
SELECT lo_put(200003, 70000, '\x5c2e0a');
SELECT lo_create(200004);
SELECT lo_from_bytea(200005, convert_to(repeat('r', 2048 * 40), 'UTF8'));
