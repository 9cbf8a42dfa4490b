CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- ts_parser public.parser_of_it
CREATE TEXT SEARCH PARSER public.parser_of_it (
    START = prsd_start,
    GETTOKEN = prsd_nexttoken,
    END = prsd_end,
    LEXTYPES = prsd_lextype
);

-- ts_template public.template_of_it
CREATE TEXT SEARCH TEMPLATE public.template_of_it (
    INIT = dsimple_init,
    LEXIZE = dsimple_lexize
);

-- ts_dictionary public.words
CREATE TEXT SEARCH DICTIONARY public.words (
    TEMPLATE = pg_catalog.simple,
    accept = 'false'
);
ALTER TEXT SEARCH DICTIONARY public.words OWNER TO postgres;

-- ts_configuration public.own
CREATE TEXT SEARCH CONFIGURATION public.own (
    PARSER = pg_catalog."default"
);
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR asciiword WITH public.words, english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR word WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR numword WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR email WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR url WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR host WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR sfloat WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR version WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR hword_numpart WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR hword_part WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR hword_asciipart WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR numhword WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR asciihword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR hword WITH english_stem;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR url_path WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR file WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR "float" WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR "int" WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own
    ADD MAPPING FOR uint WITH simple;
ALTER TEXT SEARCH CONFIGURATION public.own OWNER TO postgres;
COMMENT ON TEXT SEARCH CONFIGURATION public.own IS 'mine';

