-- A shop of more than 30 tables with objects of every kind, and a million rows. For MariaDB 10.11.
SET NAMES utf8mb4;
ALTER DATABASE CHARACTER SET utf8mb4;
CREATE TABLE country (code CHAR(2) PRIMARY KEY, name VARCHAR(100) NOT NULL UNIQUE) COMMENT 'it''s "here"';
CREATE TABLE customer (
  id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) NOT NULL, `E-Mail` VARCHAR(200),
  country CHAR(2), notes LONGTEXT, flags BIT(9), kind ENUM('a', 'it''s', 'back\\slash', '') DEFAULT 'a',
  many SET('x', 'y', 'z'), born YEAR, changed TIMESTAMP(6) NULL, at DATETIME(3), t TIME(2),
  upper_name VARCHAR(200) AS (UPPER(name)) VIRTUAL, name_length INT AS (CHAR_LENGTH(name)) STORED,
  hidden INT INVISIBLE DEFAULT 5,
  KEY by_name (name(10) DESC), FULLTEXT KEY words (notes),
  CONSTRAINT has_at CHECK (`E-Mail` LIKE '%@%'), FOREIGN KEY (country) REFERENCES country (code) ON UPDATE CASCADE);
CREATE TABLE product (
  id INT AUTO_INCREMENT PRIMARY KEY, sku VARCHAR(50) CHARACTER SET latin1, title TEXT, price DECIMAL(12, 2),
  weight DOUBLE, size FLOAT, picture BLOB, data JSON, place POINT, code BINARY(4), uid UUID, ip INET6,
  UNIQUE KEY sku (sku));
CREATE TABLE order_head (id BIGINT AUTO_INCREMENT, placed DATETIME NOT NULL, customer BIGINT UNSIGNED NOT NULL,
  state TINYINT, PRIMARY KEY (id, placed), KEY (customer))
  PARTITION BY RANGE (YEAR(placed)) (PARTITION p2024 VALUES LESS THAN (2025), PARTITION p2025 VALUES LESS THAN (2026),
  PARTITION rest VALUES LESS THAN MAXVALUE);
CREATE TABLE order_line (head BIGINT, line INT, product INT, quantity INT, price DECIMAL(12, 2), PRIMARY KEY (head, line))
  PARTITION BY HASH (head) PARTITIONS 3;
CREATE TABLE left_side (id INT PRIMARY KEY, r INT);
CREATE TABLE right_side (id INT PRIMARY KEY, l INT, FOREIGN KEY (l) REFERENCES left_side (id));
ALTER TABLE left_side ADD FOREIGN KEY (r) REFERENCES right_side (id);
CREATE TABLE tree (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES tree (id) ON DELETE CASCADE);
CREATE TABLE old_style (id INT PRIMARY KEY, body TEXT) ENGINE = MyISAM DEFAULT CHARSET = latin1;
CREATE TABLE in_memory (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE = MEMORY;
CREATE TABLE aria_table (id INT PRIMARY KEY, name VARCHAR(20)) ENGINE = Aria TRANSACTIONAL = 1;
CREATE TABLE versioned (id INT PRIMARY KEY, x INT) WITH SYSTEM VERSIONING;
CREATE TABLE `odd ``name`` ;` (`a;b` INT, `select` TEXT, `naïve` TEXT, `tab;`` x` TEXT) COMMENT 'two
lines';
CREATE SEQUENCE invoice_number START 1000 INCREMENT 5 MINVALUE 10 MAXVALUE 1000000 CACHE 3 CYCLE;
DELIMITER ;;
CREATE PROCEDURE lookups() BEGIN
  DECLARE n INT DEFAULT 1;
  WHILE n <= 16 DO
    EXECUTE IMMEDIATE CONCAT('CREATE TABLE lookup_', n, ' (id INT PRIMARY KEY, name VARCHAR(50) UNIQUE, amount DECIMAL(20, 6))');
    EXECUTE IMMEDIATE CONCAT('INSERT INTO lookup_', n, ' SELECT seq, CONCAT(\'name \', seq), seq / 7 FROM seq_1_to_', n * 10);
    SET n = n + 1;
  END WHILE;
END;;
DELIMITER ;
CALL lookups();

INSERT INTO country VALUES ('FR', 'France'), ('DE', 'Deutsch\tland\\'), ('XX', '');
INSERT INTO customer (name, `E-Mail`, country, notes, flags, kind, many, born, changed, at, t)
  SELECT CONCAT('customer ', seq), CONCAT(seq, '@example.org'), 'FR', IF(seq % 1000 = 0, REPEAT(MD5(seq), 500), NULL),
    seq % 512, 1 + seq % 4, seq % 8, 1950 + seq % 70, FROM_UNIXTIME(seq * 1000), FROM_UNIXTIME(seq * 1000), SEC_TO_TIME(seq)
  FROM seq_1_to_100000;
INSERT INTO product (sku, title, price, weight, size, picture, data, place, code, uid, ip)
  SELECT CONCAT('sku', seq), CONCAT('title ', seq, ' é€😀'), seq / 3, SQRT(seq), seq / 3, UNHEX(MD5(seq)),
    JSON_OBJECT('n', seq, 't', 'line\nbreak'), POINT(seq, -seq), UNHEX(LEFT(MD5(seq), 8)), UUID(), '::1' FROM seq_1_to_50000;
INSERT INTO product (sku, title, weight, size, picture) VALUES ('odd', 'a\0b\r\n\Z\\\'"', -0e0, 1e-45, ''), ('null', NULL, NULL, NULL, NULL);
INSERT INTO order_head (placed, customer, state) SELECT '2024-01-01' + INTERVAL seq * 3 MINUTE, seq % 1000, seq % 4 FROM seq_1_to_400000;
INSERT INTO order_line SELECT seq, 1, 1 + seq % 50000, 1 + seq % 9, seq / 100 FROM seq_1_to_450000;
INSERT INTO left_side VALUES (1, NULL);
INSERT INTO right_side VALUES (5, 1);
UPDATE left_side SET r = 5;
INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
INSERT INTO old_style VALUES (1, 'café'), (2, NULL);
INSERT INTO in_memory VALUES (1, 'gone at restart');
INSERT INTO aria_table VALUES (1, 'x');
INSERT INTO versioned VALUES (1, 1);
INSERT INTO `odd ``name`` ;` VALUES (1, '\\.', 'é€😀', '\t');
SELECT NEXTVAL(invoice_number);

DELIMITER ;;
CREATE FUNCTION vat(net DECIMAL(12, 2)) RETURNS DECIMAL(12, 2) DETERMINISTIC COMMENT 'it''s' RETURN ROUND(net * 1.2, 2);;
CREATE TRIGGER touch BEFORE UPDATE ON customer FOR EACH ROW BEGIN SET NEW.changed = NOW(6); /* ; */ END;;
CREATE TRIGGER touch_again BEFORE UPDATE ON customer FOR EACH ROW FOLLOWS touch SET NEW.notes = CONCAT(NEW.notes, ';;');;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' DISABLE COMMENT 'x' DO BEGIN DELETE FROM tree WHERE id < 0; END;;
DELIMITER ;
CREATE SQL SECURITY INVOKER VIEW cheap AS SELECT id, sku, price FROM product WHERE price < 10 WITH LOCAL CHECK OPTION;
CREATE VIEW a_first AS SELECT * FROM cheap;
CREATE ALGORITHM = TEMPTABLE VIEW by_customer AS SELECT c.id, COUNT(o.id) AS orders FROM customer c
  LEFT JOIN order_head o ON o.customer = c.id GROUP BY c.id;
