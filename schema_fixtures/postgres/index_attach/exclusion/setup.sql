-- requires: pg>=17
CREATE TABLE parted (a integer, b text, CONSTRAINT one_each EXCLUDE USING btree (a WITH =, b WITH =)) PARTITION BY LIST (a);
CREATE TABLE first_part PARTITION OF parted FOR VALUES IN (1);
CREATE INDEX plain ON parted (b);
INSERT INTO parted VALUES (1, 'x');
