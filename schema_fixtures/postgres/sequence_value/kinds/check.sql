SELECT last_value, is_called FROM untouched;
SELECT last_value, is_called FROM called;
SELECT nextval($$down$$), nextval($$put$$);
