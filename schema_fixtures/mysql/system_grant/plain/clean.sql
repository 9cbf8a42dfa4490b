DROP USER u@localhost; DROP USER `o'b`@`%`;
