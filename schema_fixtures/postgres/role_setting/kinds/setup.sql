-- requires: pg>=10
CREATE ROLE settled;
ALTER ROLE settled SET search_path = "$user", 'it''s', public;
ALTER ROLE settled SET work_mem = '2MB';
ALTER ROLE ALL SET application_name = 'any one';
CREATE DATABASE of_settled;
ALTER ROLE settled IN DATABASE of_settled SET datestyle = 'German, DMY';
ALTER ROLE settled IN DATABASE of_settled SET search_path = '';
