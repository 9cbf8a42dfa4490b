-- requires: mariadb>=10.5
CREATE ROLE reader; CREATE ROLE `od``d role`;
CREATE USER u@localhost, v@`%`, w@localhost;
CREATE ROLE theirs WITH ADMIN u@localhost; CREATE ROLE roles_own WITH ADMIN reader;
GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`; GRANT `od``d role` TO u@localhost;
GRANT reader TO v@`%` WITH ADMIN OPTION; SET DEFAULT ROLE reader FOR v@`%`; SET DEFAULT ROLE `od``d role` FOR u@localhost;
GRANT SELECT, INSERT ON `s\_hop`.* TO u@localhost WITH GRANT OPTION; GRANT UPDATE ON `s%`.* TO u@localhost;
GRANT ALL ON `q``uoted 'db`.* TO v@`%`;
GRANT PROXY ON u@localhost TO v@`%`; GRANT PROXY ON ''@'%' TO w@localhost WITH GRANT OPTION;
GRANT BINLOG MONITOR, REPLICATION MASTER ADMIN, READ_ONLY ADMIN ON *.* TO u@localhost; GRANT RELOAD, PROCESS, FILE, DELETE HISTORY ON *.* TO w@localhost;
