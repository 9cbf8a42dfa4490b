-- requires: pg>=10
CREATE OPERATOR FAMILY "Empty family" USING hash;
COMMENT ON OPERATOR FAMILY "Empty family" USING hash IS 'nothing in it';
