-- requires: mysql>=8.0.16
CREATE ROLE reader, `od``d role`, inner_role@localhost;
CREATE USER u@localhost, v@`%`, w@localhost;
GRANT SELECT ON *.* TO reader; GRANT reader TO `od``d role`; GRANT inner_role@localhost TO reader WITH ADMIN OPTION;
GRANT reader, `od``d role` TO u@localhost; GRANT reader TO v@`%` WITH ADMIN OPTION;
SET DEFAULT ROLE reader TO u@localhost; SET DEFAULT ROLE ALL TO v@`%`;
GRANT SELECT, INSERT ON `s\_hop`.* TO u@localhost WITH GRANT OPTION; GRANT UPDATE ON `s%`.* TO u@localhost;
GRANT ALL ON `q``uoted 'db`.* TO v@`%`;
GRANT PROXY ON u@localhost TO v@`%`; GRANT PROXY ON ''@'' TO w@localhost WITH GRANT OPTION;
GRANT BACKUP_ADMIN, SHOW_ROUTINE ON *.* TO u@localhost; GRANT CLONE_ADMIN ON *.* TO w@localhost WITH GRANT OPTION; GRANT RELOAD, PROCESS, FILE ON *.* TO w@localhost;
