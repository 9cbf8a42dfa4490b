-- requires: mysql>=8.0.16
SET GLOBAL partial_revokes = ON;
CREATE USER part@localhost;
GRANT SELECT, INSERT, UPDATE ON *.* TO part@localhost;
REVOKE INSERT, UPDATE ON mysql.* FROM part@localhost;
REVOKE SELECT ON `o_d``d%`.* FROM part@localhost;
