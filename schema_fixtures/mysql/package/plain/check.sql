SET sql_mode = ORACLE;
SELECT `p;k`.f1();
