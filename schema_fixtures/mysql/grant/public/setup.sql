-- requires: mariadb>=10.11
GRANT SELECT ON `s%`.* TO PUBLIC; GRANT PROCESS ON *.* TO PUBLIC;
