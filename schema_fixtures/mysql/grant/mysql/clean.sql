DROP USER u@localhost, v@`%`, w@localhost; DROP ROLE reader, `od``d role`, inner_role@localhost;
