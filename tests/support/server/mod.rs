//! Private servers in temporary folders, any number at once, gone when dropped and when the test
//! process dies. What they need is put in place by `scripts/install-servers.sh`; a server that is
//! missing fails the test, it never skips it.

mod install;
mod mysql;
mod postgres;
mod process;
mod template;
mod tls;

pub(crate) use mysql::{MariaDb, MySql, MySqlServer, Options as MySqlOptions};
pub(crate) use postgres::Postgres;
pub(crate) use process::{feed, give_away, output, pipe_script};
