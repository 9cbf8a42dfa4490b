-- requires: pg>=10
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'back\slash', '');
ALTER TYPE mood ADD VALUE 'between' BEFORE 'it''s ok';
CREATE TYPE "Empty" AS ENUM ();
COMMENT ON TYPE mood IS 'how it is';
GRANT USAGE ON TYPE mood TO PUBLIC;
REVOKE USAGE ON TYPE "Empty" FROM PUBLIC;
