-- requires: mysql>=8.0.24
CREATE ROLE `bare``role`; CREATE USER bare@localhost; CREATE USER known@localhost IDENTIFIED BY 'a';
GRANT `bare``role` TO known@localhost;
INSTALL COMPONENT 'file://component_validate_password';
