CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- ts_dictionary public.Plain words
CREATE TEXT SEARCH DICTIONARY public."Plain words" (
    TEMPLATE = pg_catalog.simple,
    stopwords = 'english', accept = 'false'
);
ALTER TEXT SEARCH DICTIONARY public."Plain words" OWNER TO postgres;

-- ts_dictionary public.stems
CREATE TEXT SEARCH DICTIONARY public.stems (
    TEMPLATE = pg_catalog.snowball,
    language = 'danish'
);
ALTER TEXT SEARCH DICTIONARY public.stems OWNER TO postgres;
COMMENT ON TEXT SEARCH DICTIONARY public.stems IS 'it''s Danish';

