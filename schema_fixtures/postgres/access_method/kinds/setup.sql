-- requires: pg>=10
CREATE ACCESS METHOD "Own gist" TYPE INDEX HANDLER gisthandler;
COMMENT ON ACCESS METHOD "Own gist" IS 'a second name';
