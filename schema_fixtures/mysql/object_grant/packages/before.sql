CREATE USER u@localhost;
