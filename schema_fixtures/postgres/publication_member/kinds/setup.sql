-- requires: pg>=10
CREATE TABLE told (a integer PRIMARY KEY, b text);
CREATE TABLE "Told too" (a integer PRIMARY KEY);
CREATE PUBLICATION two_tables FOR TABLE told, ONLY "Told too" WITH (publish = 'insert, delete');
