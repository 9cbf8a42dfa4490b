SET GLOBAL partial_revokes = ON;
