SELECT g_geometry_column, srid FROM information_schema.geometry_columns WHERE f_table_schema = DATABASE() ORDER BY 1;
SELECT HEX(`a``,(`), HEX(b) FROM t;
