-- The roles that cases use, on each server that they run on.
CREATE ROLE alice;
CREATE ROLE bob IN ROLE alice;
CREATE ROLE "Carol ""C"" O'Hara";
