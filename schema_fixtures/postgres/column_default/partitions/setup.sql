-- requires: pg>=10
-- Defaults that name each other's tables, which hang on another one themselves.
CREATE TABLE parted (a integer, other oid) PARTITION BY LIST (a);
CREATE TABLE one PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE two PARTITION OF parted FOR VALUES IN (2);
ALTER TABLE one ALTER other SET DEFAULT 'two'::regclass;
ALTER TABLE two ALTER other SET DEFAULT 'one'::regclass;
