CREATE DATABASE `fixture other`;
CREATE TABLE `fixture other`.parent (id INT PRIMARY KEY);
INSERT INTO `fixture other`.parent VALUES (1);
