/*M!999999\- enable the sandbox mode */
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
INSERT INTO `t;` VALUES (1,'it''s; \\'),(2,"a\"b"),(NULL,_binary 0x00);
DELIMITER ;;
CREATE PROCEDURE p() BEGIN IF a THEN SELECT ';;'; END IF; # '
END ;;
DELIMITER ;
/*!50003 SET sql_mode = @OLD_SQL_MODE */;
