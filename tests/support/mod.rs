//! What the integration tests stand on: private servers, the oracle that compares databases, and
//! things that fail on purpose.

pub(crate) mod canned_mysql;
pub(crate) mod canned_pg;
pub(crate) mod command;
pub(crate) mod faulty;
pub(crate) mod frames;
pub(crate) mod https;
pub(crate) mod mount;
pub(crate) mod mysql_archive;
pub(crate) mod night;
pub(crate) mod oracle;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod smtp;
pub(crate) mod staying;
