-- requires: mariadb>=10.5
SET sql_mode = ORACLE;
DELIMITER ;;
CREATE /*!999999 ` */ PACKAGE p AS/* one */FUNCTION f RETURN INT/* two */; END
/*!999999 ` */;;
CREATE /*!999999 ` */ PACKAGE BODY p AS FUNCTION f RETURN INT AS/* one */BEGIN RETURN/* two */1; END; END
/*!999999 ` */;;
DELIMITER ;
