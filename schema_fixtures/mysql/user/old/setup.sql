-- requires: mysql>=5.6 mariadb>=10.5
CREATE USER `o'b`@`%` IDENTIFIED BY 'pw';
CREATE USER plain@localhost;
