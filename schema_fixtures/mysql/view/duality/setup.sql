-- requires: mysql>=9.7
CREATE TABLE customers (id INT PRIMARY KEY, `na me` VARCHAR(20));
CREATE TABLE orders (id INT PRIMARY KEY, customer INT, FOREIGN KEY (customer) REFERENCES customers (id));
INSERT INTO customers VALUES (1, 'a'); INSERT INTO orders VALUES (5, 1), (6, 1);
CREATE JSON RELATIONAL DUALITY VIEW a_customers AS SELECT JSON_DUALITY_OBJECT(WITH (INSERT, UPDATE, DELETE) '_id': id, 'na"me': `na me`,
  'orders': (SELECT JSON_ARRAYAGG(JSON_DUALITY_OBJECT(WITH (INSERT, UPDATE) 'oid': id)) FROM orders WHERE orders.customer = customers.id)) FROM customers;
