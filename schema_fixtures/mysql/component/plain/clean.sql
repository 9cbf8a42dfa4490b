UNINSTALL COMPONENT 'file://component_query_attributes';
