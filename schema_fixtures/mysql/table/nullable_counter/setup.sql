-- requires: mariadb>=10.5
CREATE TABLE counted (a INT, b INT AUTO_INCREMENT NULL, c INT NOT NULL, UNIQUE (b));
INSERT INTO counted (a, c) VALUES (1, 1), (2, 2);
