-- requires: mariadb>=11.8
CREATE TABLE v (id INT PRIMARY KEY, e VECTOR(3) NOT NULL, VECTOR KEY (e) M = 8 DISTANCE = cosine);
INSERT INTO v VALUES (1, VEC_FromText('[1,-0.5,3e10]')), (2, VEC_FromText('[0,0,1]'));

