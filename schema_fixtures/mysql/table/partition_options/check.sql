SELECT SUBSTRING_INDEX(name, '/', -1), flag FROM information_schema.innodb_sys_tablespaces WHERE name LIKE 'fixture/%' ORDER BY 1;
SELECT * FROM `n #amed` ORDER BY id;
