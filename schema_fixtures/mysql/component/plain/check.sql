SELECT component_urn FROM mysql.component;
