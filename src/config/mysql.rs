//! The switches of a target's `dump` table that only MySQL and MariaDB heed.

use super::duration;
use super::raw::RawDump;
use crate::source::mysql::{Definer, MysqlOptions, bytes};

/// Reads them; an error names the key.
pub(super) fn options(raw: &RawDump) -> Result<MysqlOptions, String> {
    let mut options = MysqlOptions::default();
    if let Some(text) = &raw.consistency {
        options.consistency = of("consistency", text.parse())?;
    }
    if let Some(text) = &raw.long_queries {
        options.long_queries = of("long_queries", text.parse())?;
    }
    if let Some(text) = &raw.long_query_time {
        let time = of("long_query_time", duration::parse(text))?;
        options.long_query_seconds = time.as_secs().max(1);
    }
    if let Some(text) = &raw.target {
        options.target = Some(of("target", text.parse())?);
    }
    if let Some(text) = &raw.max_allowed_packet {
        options.max_allowed_packet = Some(of("max_allowed_packet", bytes(text))?);
    }
    if let Some(text) = &raw.source_data {
        options.source_data = Some(of("source_data", text.parse())?);
    }
    if let Some(text) = &raw.gtid_purged {
        options.gtid_purged = Some(of("gtid_purged", text.parse())?);
    }
    options.definer = match &raw.definer {
        Some(_) if raw.skip_definer => {
            return Err("dump.definer: skip_definer leaves it out".into());
        }
        Some(text) => of("definer", text.parse())?,
        None if raw.skip_definer => Definer::Skip,
        None => Definer::Keep,
    };
    Ok(options)
}

fn of<T, E: std::fmt::Display>(key: &str, read: Result<T, E>) -> Result<T, String> {
    read.map_err(|said| format!("dump.{key}: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::mysql::Consistency;

    #[test]
    fn errors_name_their_key() {
        let mut raw = RawDump {
            consistency: Some("server".into()),
            ..RawDump::default()
        };
        let consistency = options(&raw).map(|options| options.consistency);
        assert_eq!(consistency, Ok(Consistency::Server));
        raw.max_allowed_packet = Some("0".into());
        let named = |error: String| error.starts_with("dump.max_allowed_packet: ");
        assert!(options(&raw).is_err_and(named));
    }
}
