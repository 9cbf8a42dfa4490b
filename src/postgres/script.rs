//! What stands around the entries of a script. Psql's `\restrict` keeps its meta-commands from a
//! script that came from a hostile server; our own checks don't rely on it.

use rand::distr::{Alphanumeric, SampleString as _};

use super::fixed;
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::source::{DumpOptions, Script};

/// The length of a key that nobody guesses.
const KEY_LENGTH: usize = 48;

/// The surroundings of a database's script.
pub async fn surroundings(
    session: &mut Session,
    options: &DumpOptions,
    position: Option<String>,
) -> Result<Script> {
    let mut script = Script {
        encoding: fixed::encoding(session)?.to_owned(),
        position,
        ..Script::default()
    };
    let key = key(options)?;
    if let Some(key) = &key {
        script.head = format!("\\restrict {key}\n\n").into_bytes();
        script.tail = format!("\\unrestrict {key}\n").into_bytes();
    }
    script.head.extend(fixed::script(session, options).await?);
    if script.encoding == "SQL_ASCII" {
        script.inside = SQL_ASCII_ONLY.into();
    }
    Ok(script)
}

/// Bytes of an SQL_ASCII database are no text in any other: 15 and newer store invalid ones without
/// a word. Fails where the database is another.
const SQL_ASCII_ONLY: &str = "\
SELECT CASE WHEN pg_catalog.current_setting('server_encoding') = 'SQL_ASCII' THEN 0 \
ELSE ('this dump is of an SQL_ASCII database, and this one is ' || \
pg_catalog.current_setting('server_encoding'))::pg_catalog.int4 END;\n";

fn key(options: &DumpOptions) -> Result<Option<String>> {
    if options.no_restrict {
        return Ok(None);
    }
    match &options.restrict_key {
        Some(key) if is_key(key) => Ok(Some(key.clone())),
        Some(_) => Err(Error::new(
            Kind::Usage,
            "the key of \\restrict can hold letters and digits only",
        )),
        None => Ok(Some(
            Alphanumeric.sample_string(&mut rand::rng(), KEY_LENGTH),
        )),
    }
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
