-- requires: pg>=18
CREATE TABLE room (during daterange, price int4range, id int4range,
    CONSTRAINT room_pk PRIMARY KEY (id, during WITHOUT OVERLAPS),
    CONSTRAINT room_u UNIQUE (price, during WITHOUT OVERLAPS));
CREATE TABLE booking (id int4range, during daterange, room int4range,
    CONSTRAINT booking_room FOREIGN KEY (room, PERIOD during) REFERENCES room (id, PERIOD during));
CREATE TABLE off (a integer PRIMARY KEY, b integer CONSTRAINT no_check REFERENCES off NOT ENFORCED);
INSERT INTO off VALUES (1, 99);
