-- requires: mysql>=5.6 mariadb>=10.5
-- clients put a space behind a comment that has none, and drop a backslash that ends a line of a string: the
-- quotes in comments of a version that no server has keep them from that
CREATE TABLE t (a INT);
DELIMITER ;;
CREATE /*!999999 ` */ PROCEDURE p()
BEGIN
  -- it's "one"
  SELECT 1/* two */+1/*three*/;/*four*/SELECT/* five
  six*/2; # seven
  SELECT 'a\
b', 'c/* d */e';
END
/*!999999 ` */;;
CREATE /*!999999 ` */ FUNCTION f() RETURNS INT DETERMINISTIC RETURN/* one */1/* two */
/*!999999 ` */;;
CREATE /*!999999 " */ PROCEDURE `a#b`() SELECT/**/'it''s'
/*!999999 " */;;
CREATE /*!999999 ` */ PROCEDURE `a"b`() SELECT 1/**/+1
/*!999999 " */;;
CREATE /*!999999 ` */ TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET/* one */NEW.a = 1/* two */+1 /* three */
/*!999999 ` */;;
CREATE /*!999999 ` */ EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DISABLE DO SELECT/* one */1 -- two
/*!999999 ` */;;
DELIMITER ;
