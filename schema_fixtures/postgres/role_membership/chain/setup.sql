-- requires: pg>=10
CREATE ROLE team;
CREATE ROLE "Lead of ""team""";
CREATE ROLE member_a;
CREATE ROLE member_b;
GRANT team TO "Lead of ""team""" WITH ADMIN OPTION;
SET SESSION AUTHORIZATION "Lead of ""team""";
GRANT team TO member_a WITH ADMIN OPTION;
SET SESSION AUTHORIZATION member_a;
GRANT team TO member_b;
RESET SESSION AUTHORIZATION;
GRANT pg_monitor TO member_a;
