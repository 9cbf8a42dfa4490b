//! What a server has that archives ask for: accounts, engines, collations, the longest statement.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::quote;
use crate::mysql::session::Session;
use crate::source::{Asked, TargetFacts};

/// "You may not": accounts are listed for few.
const FORBIDDEN: [&str; 3] = ["1044", "1142", "1143"];

/// Asks the server.
pub(super) async fn read(
    session: &mut Session,
    asked: &Asked,
    max_packet: usize,
) -> Result<TargetFacts> {
    let account = "IF(host = '', user, CONCAT(user, '@', host))";
    let accounts = of(account, "mysql.user", &asked.roles);
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
    let engines = names(session, engines.into()).await?;
    let engines = engines.into_iter().map(|name| name.to_lowercase().into());
    let collations = collations(session, &asked.collations).await?;
    Ok(TargetFacts {
        roles,
        engines: Some(engines.collect()),
        collations: Some(collations),
        max_packet: Some(max_packet as u64),
        columns: columns(session, &asked.tables).await?,
        locks_accounts: session.caps().locked_accounts(),
        ..TargetFacts::default()
    })
}

/// Every server takes this one for a column, and lists it nowhere.
const UNLISTED: &[u8] = b"filename";

/// MariaDB's newer collations have a character set in front in only one of the two lists.
async fn collations(
    session: &mut Session,
    asked: &BTreeSet<BString>,
) -> Result<BTreeSet<(BString, BString)>> {
    let plain = of("collation_name", "information_schema.collations", asked);
    let mut found = names(session, plain).await?;
    if session.caps().uca1400() {
        let table = "information_schema.collation_character_set_applicability";
        found.extend(names(session, of("full_collation_name", table, asked)).await?);
    }
    found.extend(asked.iter().filter(|name| *name == UNLISTED).cloned());
    found.extend(by_old_names(session, asked).await?);
    let found = found.into_iter();
    Ok(found.map(|name| (BString::default(), name)).collect())
}

/// Newer servers list `utf8mb3_bin` only and take the name that it had before, `utf8_bin`, as well.
async fn by_old_names(
    session: &mut Session,
    asked: &BTreeSet<BString>,
) -> Result<BTreeSet<BString>> {
    let now = |name: &BString| {
        let rest = name.strip_prefix(b"utf8_")?;
        Some(BString::from([b"utf8mb3_", rest].concat()))
    };
    let names_now = asked.iter().filter_map(now).collect();
    let sql = of(
        "collation_name",
        "information_schema.collations",
        &names_now,
    );
    let there = names(session, sql).await?;
    let taken = |name: &&BString| now(name).is_some_and(|now| there.contains(&now));
    Ok(asked.iter().filter(taken).cloned().collect())
}

/// The columns of these tables, with their types.
async fn columns(
    session: &mut Session,
    asked: &BTreeSet<BString>,
) -> Result<Vec<(BString, BString, BString)>> {
    let mut found = Vec::new();
    for table in asked {
        let sql = [
            b"SELECT table_name AS name, column_name AS own, column_type AS type \
              FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = "
                .as_slice(),
            &quote::string(table),
        ];
        for row in session.query(sql.concat()).await?.iter() {
            found.push((row.owned("name")?, row.owned("own")?, row.owned("type")?));
        }
    }
    Ok(found)
}

/// The names that are asked for, among those of a table.
fn of(name: &str, table: &str, asked: &BTreeSet<BString>) -> Vec<u8> {
    let each: Vec<BString> = asked.iter().map(|name| quote::string(name)).collect();
    // accounts' columns are of two character sets, of which none may have all the letters asked for
    let compared = match table {
        "mysql.user" => format!("CAST({name} AS BINARY)"),
        _ => name.to_owned(),
    };
    let head = format!("SELECT {name} AS name FROM {table} WHERE {compared} IN (NULL");
    let list = each.iter().flat_map(|name| [b", ".as_slice(), name]);
    [
        head.into_bytes(),
        list.collect::<Vec<_>>().concat(),
        b")".to_vec(),
    ]
    .concat()
}

async fn names(session: &mut Session, sql: Vec<u8>) -> Result<BTreeSet<BString>> {
    let rows = session.query(sql).await?;
    let mut found = BTreeSet::new();
    for row in rows.iter() {
        found.extend(row.opt_owned("name")?);
    }
    Ok(found)
}
