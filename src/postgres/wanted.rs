//! Which of several servers will do: libpq's `target_session_attrs`.

use super::session::Session;
use super::settings::{Settings, Wanted};
use crate::error::{Error, Kind, Result};

/// A session on the first host that is there and as wanted.
pub(super) async fn first(settings: &Settings, wanted: Wanted) -> Result<Session> {
    let mut last = Error::new(Kind::Config, "no host to connect to");
    for host in &settings.hosts {
        let opened = match Session::open(settings, host).await {
            Ok(session) => check(session, wanted).await,
            Err(error) => Err(error),
        };
        match opened {
            Ok(session) => return Ok(session),
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn check(mut session: Session, wanted: Wanted) -> Result<Session> {
    if wanted == Wanted::Any {
        return Ok(session);
    }
    let sql = "SELECT pg_catalog.pg_is_in_recovery() AS standby, \
               pg_catalog.current_setting('transaction_read_only') = 'on' AS read_only";
    let rows = session.query(sql.as_bytes()).await?;
    let (standby, read_only) = match rows.first() {
        Some(row) => (row.bool("standby")?, row.bool("read_only")?),
        None => {
            return Err(Error::new(
                Kind::Hostile,
                "the server does not say what it is",
            ));
        }
    };
    let will_do = match wanted {
        Wanted::Any => true,
        Wanted::ReadWrite => !standby && !read_only,
        Wanted::ReadOnly => standby || read_only,
        Wanted::Primary => !standby,
        Wanted::Standby | Wanted::PreferStandby => standby,
    };
    if will_do {
        return Ok(session);
    }
    let what = if standby { "a standby" } else { "a primary" };
    let address = session.address().to_owned();
    session.close().await?;
    Err(
        Error::new(Kind::Connect, format!("cannot use {address}")).cause(format!(
            "it is {what}, and target_session_attrs wants another"
        )),
    )
}
