DROP USER `o'b`@`%`, locked@localhost, gone@localhost, never@localhost, two@localhost, `a``b"c;`@`10.0.0.0/255.0.0.0`, ''@localhost, bad@localhost; DROP ROLE reader, `od``d role`;
