UNINSTALL COMPONENT 'file://component_validate_password';
DROP USER bare@localhost, known@localhost; DROP ROLE `bare``role`;
