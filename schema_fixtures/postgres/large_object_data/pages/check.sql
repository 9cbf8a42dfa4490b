SELECT oid, md5(lo_get(oid)), length(lo_get(oid)) FROM pg_largeobject_metadata WHERE oid BETWEEN 200001 AND 200005 ORDER BY 1;
