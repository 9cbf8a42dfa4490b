-- requires: mariadb>=10.5
CREATE USER boss@localhost;
CREATE ROLE theirs WITH ADMIN boss@localhost;
CREATE ROLE ours;
GRANT ours TO boss@localhost;
CREATE ROLE `q'``r` WITH ADMIN ours;
