//! The client's side of the MySQL protocol: packets, log in, the text protocol. Nothing is done
//! that only a hostile server would ask for. See docs/decisions/mysql-wire.md.
//! <https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html>,
//! <https://mariadb.com/kb/en/clientserver-protocol/>

pub mod auth;
mod compressed;
pub mod connection;
pub mod greeting;
pub mod packets;
pub mod reply;
pub mod tls;
