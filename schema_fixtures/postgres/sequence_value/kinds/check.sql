SELECT last_value, is_called FROM untouched;
SELECT last_value, is_called FROM called;
SELECT last_value, is_called FROM down;
SELECT last_value, is_called FROM put;
