-- requires: mysql>=9.2
CREATE LIBRARY `lib ``a` COMMENT 'c''x; é' LANGUAGE JAVASCRIPT AS $$ export function f(n) { /* ' ' */ return n } $$;
CREATE LIBRARY b LANGUAGE JAVASCRIPT AS $x$ export function g() { return "$$" } $x$;
CREATE FUNCTION usejs(n INT) RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT USING (`lib ``a` AS l, b) AS $$ return l.f(n) $$;
CREATE FUNCTION a_name(n INT) RETURNS INT DETERMINISTIC LANGUAGE JAVASCRIPT USING (b) AS $$ return 1 // `fixture`.`b`
$$;
