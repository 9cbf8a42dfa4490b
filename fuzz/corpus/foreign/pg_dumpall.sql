--
-- PostgreSQL database cluster dump
--
\restrict aB1
SET default_transaction_read_only = off;
CREATE ROLE "a b";
ALTER ROLE "a b" WITH NOSUPERUSER;
\unrestrict aB1
\connect -reuse-previous=on "dbname='it\'s'"
\restrict cD2
COPY public.t (a) FROM stdin;
1
\.
\unrestrict cD2
-- PostgreSQL database cluster dump complete
