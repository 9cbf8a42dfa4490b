-- requires: pg>=15
CREATE SCHEMA wide;
CREATE TABLE wide.a (id integer PRIMARY KEY, "B" text, c text);
CREATE TABLE filtered (id integer PRIMARY KEY, "B" text, c text);
CREATE PUBLICATION narrow FOR TABLE filtered ("B", id) WHERE (id > 5) WITH (publish_via_partition_root = true);
CREATE PUBLICATION by_schema FOR TABLES IN SCHEMA wide;
