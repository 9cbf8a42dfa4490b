-- requires: pg>=10
CREATE TEXT SEARCH TEMPLATE own_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY of_it (TEMPLATE = own_template);
COMMENT ON TEXT SEARCH TEMPLATE own_template IS 'simple';
