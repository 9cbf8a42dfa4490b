-- requires: mariadb>=11.8
CREATE SERVER s FOREIGN DATA WRAPPER `my'sql` OPTIONS (port 3306, `fo``o bar` 'b''a\\"r', host 'h', `select` '', `User` 'u', PASSWORD '');
