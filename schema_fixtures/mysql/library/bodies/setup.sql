-- requires: mysql>=9.2
CREATE LIBRARY odd LANGUAGE JAVASCRIPT AS $x$ export function f(n) { /* it's */ let s = "a;b`\n#'--$$"; // DELIMITER
  return `${s}\\`; } $x$;
CREATE FUNCTION odd_function(n INT) RETURNS INT DETERMINISTIC COMMENT 'AS $$' LANGUAGE JAVASCRIPT USING (odd) AS $$ let s = ';'; return s.length; $$;
CREATE PROCEDURE odd_procedure() LANGUAGE JAVASCRIPT AS $a$ let s = "'"; $a$;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE LIBRARY raw COMMENT 'a\n''b\' LANGUAGE JAVASCRIPT AS $$ export function g() { return 'c\'; }' } $$;
CREATE FUNCTION raw_function() RETURNS INT DETERMINISTIC COMMENT '\' LANGUAGE JAVASCRIPT AS $$ return '\\'.length; $$;
