SELECT * FROM information_schema.st_spatial_reference_systems WHERE srs_id IN (990001, 990002);
SELECT COUNT(*) FROM information_schema.st_spatial_reference_systems;
