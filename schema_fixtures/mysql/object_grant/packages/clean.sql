DROP USER u@localhost;
