CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- ts_template public.own_template
CREATE TEXT SEARCH TEMPLATE public.own_template (
    INIT = dsimple_init,
    LEXIZE = dsimple_lexize
);
COMMENT ON TEXT SEARCH TEMPLATE public.own_template IS 'simple';

-- ts_dictionary public.of_it
CREATE TEXT SEARCH DICTIONARY public.of_it (
    TEMPLATE = public.own_template
);
ALTER TEXT SEARCH DICTIONARY public.of_it OWNER TO postgres;

