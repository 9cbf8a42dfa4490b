\restrict aB1
SET standard_conforming_strings = on;
-- Name: t; Type: TABLE
CREATE TABLE public."t;" (a int DEFAULT 1, b text DEFAULT E'\';\\');
COPY public."t;" (a, b) FROM stdin;
1	\N
2	\\.
\.
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $_$ SELECT $1; -- ' $_$;
\unrestrict aB1
