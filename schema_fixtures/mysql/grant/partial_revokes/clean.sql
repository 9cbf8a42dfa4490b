DROP USER part@localhost; SET GLOBAL partial_revokes = OFF;
