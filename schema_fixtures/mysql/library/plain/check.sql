SHOW CREATE LIBRARY `lib ``a`; SHOW CREATE LIBRARY b; SHOW CREATE FUNCTION usejs; SHOW CREATE FUNCTION a_name;
SELECT * FROM information_schema.routine_libraries ORDER BY routine_name, library_name;
