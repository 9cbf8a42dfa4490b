SELECT a FROM kept UNION ALL SELECT a FROM rowless;
DELIMITER //
CREATE PROCEDURE ask(t VARCHAR(64))
BEGIN
  DECLARE EXIT HANDLER FOR 1814 SELECT CONCAT(t, ' is discarded') AS answer;
  SET @ask = CONCAT('SELECT COUNT(a) FROM `', REPLACE(t, '`', '``'), '`'); PREPARE p FROM @ask; EXECUTE p; DEALLOCATE PREPARE p;
END//
DELIMITER ;
CALL ask('gone'); CALL ask('odd `t/é'); CALL ask('kept'); CALL ask('rowless');
DROP PROCEDURE ask;
SHOW CREATE TABLE gone; SHOW CREATE TABLE `odd ``t/é`;
