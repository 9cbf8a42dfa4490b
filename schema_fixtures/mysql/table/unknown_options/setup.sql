-- requires: mariadb>=10.5
-- no reference: mariadb-dump writes them as comments, which no server reads again
SET sql_mode = 'IGNORE_BAD_TABLE_OPTIONS';
CREATE TABLE t (a INT foo = 'b,ar', b INT COMMENT '/* `x`=1 */' foo2 = 3, KEY k (a) foo4 = 'a''b') foo3 = 'baz';
SET sql_mode = '';
CREATE TABLE aria (a INT) ENGINE = MyISAM TRANSACTIONAL = 1;
