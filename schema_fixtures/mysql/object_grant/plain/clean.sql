DROP USER u@localhost, `o'b`@`%`;
