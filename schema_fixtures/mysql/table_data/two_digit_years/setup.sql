-- requires: mariadb>=10.5
SET sql_mode = '';
CREATE TABLE y (a YEAR(2), b INT, UNIQUE (a));
INSERT INTO y VALUES ('0000', 1), ('00', 2), (1, 3), (99, 4), (2069, 5), (70, 6), (NULL, 7);
