-- requires: pg>=15
CREATE ROLE may_set;
CREATE ROLE may_pass_on;
GRANT SET, ALTER SYSTEM ON PARAMETER log_min_duration_statement TO may_set;
GRANT SET ON PARAMETER "my.Own" TO PUBLIC;
GRANT SET ON PARAMETER work_mem TO may_pass_on WITH GRANT OPTION;
SET SESSION AUTHORIZATION may_pass_on;
GRANT SET ON PARAMETER work_mem TO may_set;
