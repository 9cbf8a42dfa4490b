DROP USER `o'b`@`%`, plain@localhost;
