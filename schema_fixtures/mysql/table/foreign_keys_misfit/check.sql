SHOW CREATE TABLE a_signed; SHOW CREATE TABLE `b``unsigned`; SHOW CREATE TABLE c_lost; SHOW CREATE TABLE d_other; SHOW CREATE TABLE e_bare; SHOW CREATE TABLE f_plain;
SELECT * FROM a_signed; SELECT * FROM `b``unsigned`; SELECT * FROM c_lost; SELECT * FROM d_other; SELECT * FROM e_bare; SELECT * FROM f_plain;
