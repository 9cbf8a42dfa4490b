-- requires: pg>=16
CREATE ROLE options_club; CREATE ROLE heir NOINHERIT; CREATE ROLE no_heir;
GRANT options_club TO heir WITH INHERIT TRUE, SET FALSE;
GRANT options_club TO no_heir WITH INHERIT FALSE, SET TRUE, ADMIN TRUE;
