-- requires: pg>=10
CREATE TEXT SEARCH DICTIONARY words (TEMPLATE = simple, accept = false);
CREATE TEXT SEARCH CONFIGURATION own (COPY = english);
ALTER TEXT SEARCH CONFIGURATION own ALTER MAPPING FOR asciiword WITH words, english_stem;
COMMENT ON TEXT SEARCH CONFIGURATION own IS 'mine';
CREATE TEXT SEARCH TEMPLATE template_of_it (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH PARSER parser_of_it (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
