//! From a configured target to its source.

use crate::config::Target;
use crate::config::resolve::Engine;
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::mysql::conninfo;
use crate::mysql::optionfile::Disk;
use crate::mysql::session::Session as MysqlSession;
use crate::mysql::settings::{Secret as MysqlSecret, Settings as MysqlSettings};
use crate::mysql::source::MysqlSource;
use crate::pipeline::password::password;
use crate::postgres::session::Session as PgSession;
use crate::postgres::settings::Secret as PgSecret;
use crate::postgres::source::PgSource;

/// A server that was reached.
#[derive(Debug)]
pub enum Reached {
    /// PostgreSQL.
    Postgres(PgSource),
    /// MySQL or MariaDB, with the settings that reached it.
    Mysql(MysqlSource, MysqlSettings),
}

/// Connects with the password that the configuration names, or as the engine's own tools would.
pub async fn connect(target: &Target, env: &Env) -> Result<Reached> {
    let password = password(target)?;
    let password = password.as_ref().map(|secret| secret.reveal());
    let url = target.url.reveal();
    match target.engine {
        Engine::Postgresql => {
            let source = PgSource::connect(url, password.map(PgSecret::new), env).await?;
            Ok(Reached::Postgres(source))
        }
        Engine::Mysql => {
            let mut settings = conninfo::resolve(url, env, &Disk)?;
            if let Some(password) = password {
                settings.password = MysqlSecret::new(password);
            }
            let source = MysqlSource::with_settings(settings.clone()).await?;
            Ok(Reached::Mysql(source, settings))
        }
        Engine::Command => Err(Error::new(
            Kind::Internal,
            format!("target {} is a command: there is no server", target.name),
        )),
    }
}

impl Reached {
    /// Whether a connection made now is encrypted.
    pub async fn encrypted(&self) -> Result<bool> {
        match self {
            Self::Postgres(source) => {
                let mut session = PgSession::connect(source.settings()).await?;
                let sql = b"SELECT ssl::int::text AS tls FROM pg_catalog.pg_stat_ssl \
                    WHERE pid = pg_catalog.pg_backend_pid()";
                let rows = session.query(sql).await?;
                session.close().await?;
                let unknown = || Error::new(Kind::Hostile, "the server does not say it");
                let row = rows.first().ok_or_else(unknown)?;
                row.num::<u32>("tls").map(|tls| tls == 1)
            }
            Self::Mysql(_, settings) => {
                let session = MysqlSession::open(settings).await?;
                let tls = session.connection().tls();
                session.close().await?;
                Ok(tls)
            }
        }
    }
}
