-- requires: mysql>=8.0.24
INSTALL COMPONENT 'file://component_query_attributes';
