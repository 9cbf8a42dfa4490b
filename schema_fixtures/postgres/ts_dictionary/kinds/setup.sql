-- requires: pg>=10
CREATE TEXT SEARCH DICTIONARY "Plain words" (TEMPLATE = simple, stopwords = english, accept = false);
CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, language = danish);
COMMENT ON TEXT SEARCH DICTIONARY stems IS 'it''s Danish';
