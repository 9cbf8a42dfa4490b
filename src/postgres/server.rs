//! What server it is, by what it says of itself.

use super::session::Session;
use super::version::Caps;
use crate::error::{Error, Kind, Result, visible};
use crate::source::ServerInfo;

/// The longest version that is repeated, in characters.
const VERSION_LENGTH: usize = 80;

/// The oldest server, as `server_version_num` has it.
const OLDEST: u32 = 100_000;

/// Asks the server what it is.
pub async fn info(session: &mut Session) -> Result<(ServerInfo, Caps)> {
    let rows = session.query(b"SHOW server_version_num").await?;
    let row = rows
        .first()
        .ok_or_else(|| Error::new(Kind::Hostile, "the server does not say its version"))?;
    let number = row.num("server_version_num")?;
    let version = session.parameter("server_version").unwrap_or_default();
    let version: String = visible(version).chars().take(VERSION_LENGTH).collect();
    if number < OLDEST {
        return Err(Error::new(
            Kind::Unsupported,
            format!("{} runs PostgreSQL {version}", session.address()),
        )
        .hint("PostgreSQL 10 is the oldest that is supported."));
    }
    let info = ServerInfo {
        product: "PostgreSQL".to_owned(),
        version,
        number,
        address: session.address().to_owned(),
    };
    Ok((info, Caps::new(number)))
}
