SHOW CREATE TABLE a_child; SELECT n, HEX(`fn``ame`) FROM a_child ORDER BY n; SHOW CREATE TABLE z_parent;
