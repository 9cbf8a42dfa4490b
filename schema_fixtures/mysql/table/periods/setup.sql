-- requires: mariadb>=10.5.3
CREATE TABLE p (id INT, s DATE, e DATE, PERIOD FOR booking (s, e), UNIQUE (id, booking WITHOUT OVERLAPS));
INSERT INTO p VALUES (1, '2001-01-01', '2002-01-01');
