//! What a server has that archives ask for: accounts, engines, collations, the longest statement.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::session::Session;
use crate::source::TargetFacts;

/// "You may not": accounts are listed for few.
const FORBIDDEN: [&str; 3] = ["1044", "1142", "1143"];

/// Asks the server.
pub(super) async fn read(session: &mut Session, max_packet: usize) -> Result<TargetFacts> {
    let accounts = "SELECT IF(host = '', user, CONCAT(user, '@', host)) AS name FROM mysql.user";
    let roles = match names(session, accounts).await {
        Err(error)
            if error
                .server_code()
                .is_some_and(|code| FORBIDDEN.contains(&code)) =>
        {
            None
        }
        names => Some(names?),
    };
    let engines = "SELECT engine AS name FROM information_schema.engines \
                   WHERE support IN ('YES', 'DEFAULT')";
    let engines = names(session, engines).await?;
    let collations = collations(session).await?;
    Ok(TargetFacts {
        roles,
        engines: Some(
            engines
                .into_iter()
                .map(|name| name.to_lowercase().into())
                .collect(),
        ),
        collations: Some(collations),
        max_packet: Some(max_packet as u64),
        locks_accounts: session.caps().locked_accounts(),
        ..TargetFacts::default()
    })
}

/// MariaDB's newer collations have a character set in front in only one of the two lists.
async fn collations(session: &mut Session) -> Result<BTreeSet<(BString, BString)>> {
    let mut found = names(
        session,
        "SELECT collation_name AS name FROM information_schema.collations",
    )
    .await?;
    if session.caps().uca1400() {
        let full = "SELECT full_collation_name AS name FROM \
                    information_schema.collation_character_set_applicability";
        found.extend(names(session, full).await?);
    }
    Ok(found
        .into_iter()
        .map(|name| (BString::default(), name))
        .collect())
}

async fn names(session: &mut Session, sql: &str) -> Result<BTreeSet<BString>> {
    let rows = session.query(sql).await?;
    let mut found = BTreeSet::new();
    for row in rows.iter() {
        found.extend(row.opt_owned("name")?);
    }
    Ok(found)
}
