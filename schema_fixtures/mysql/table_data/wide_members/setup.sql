-- requires: mysql>=5.6 mariadb>=10.5
CREATE TABLE t (id INT PRIMARY KEY, e ENUM('🌍', 'x', 'é') CHARACTER SET utf8mb4, s SET('a', '🌍', 'b?') CHARACTER SET utf8mb4 NOT NULL DEFAULT 'a' COMMENT 'enum(''?'')') COMMENT = '`e` enum(''?'')';
INSERT INTO t VALUES (1, '🌍', 'a,🌍'), (2, 'x', 'b?'), (3, 'é', '');
