CREATE DATABASE a_database WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = 'libc' LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8';
ALTER DATABASE a_database OWNER TO postgres;
-- schema public

-- table public.booking
CREATE TABLE public.booking (
    id int4range,
    during daterange,
    room int4range
);
ALTER TABLE public.booking OWNER TO postgres;

-- table public.off
CREATE TABLE public.off (
    a integer NOT NULL,
    b integer
);
ALTER TABLE public.off OWNER TO postgres;

-- table public.room
CREATE TABLE public.room (
    during daterange NOT NULL,
    price int4range,
    id int4range NOT NULL
);
ALTER TABLE public.room OWNER TO postgres;

-- constraint public.off off_pkey
ALTER TABLE ONLY public.off
    ADD CONSTRAINT off_pkey PRIMARY KEY (a);

-- constraint public.room room_pk
ALTER TABLE ONLY public.room
    ADD CONSTRAINT room_pk PRIMARY KEY (id, during WITHOUT OVERLAPS);

-- constraint public.room room_u
ALTER TABLE ONLY public.room
    ADD CONSTRAINT room_u UNIQUE (price, during WITHOUT OVERLAPS);

-- foreign_key public.booking booking_room
ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_room FOREIGN KEY (room, PERIOD during) REFERENCES public.room(id, PERIOD during);

-- foreign_key public.off no_check
ALTER TABLE ONLY public.off
    ADD CONSTRAINT no_check FOREIGN KEY (b) REFERENCES public.off(a) NOT ENFORCED;

