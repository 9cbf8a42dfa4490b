CREATE USER u@localhost; CREATE USER `o'b`@`%`;
