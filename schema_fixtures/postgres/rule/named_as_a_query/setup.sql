-- requires: pg>=12 pg<15
CREATE TABLE target (a integer);
CREATE TABLE ruled (a integer);
CREATE RULE ins AS ON INSERT TO ruled DO ALSO INSERT INTO target VALUES (new.a);
ALTER RULE ins ON ruled RENAME TO "_RETURN";
