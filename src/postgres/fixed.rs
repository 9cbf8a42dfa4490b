//! The parameters that are fixed while reading and while loading, whatever the server, the role or
//! the database has set: each is set, then asked for. A script sets only what its source server
//! knows.

use bstr::BStr;

use super::quote::literal;
use super::session::Session;
use crate::error::{Error, Kind, Result};
use crate::source::DumpOptions;
use crate::sql::rows::Rows;

/// Where a parameter is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Reading,
    Loading,
    Both,
}

struct Fixed {
    name: &'static str,
    value: &'static str,
    place: Place,
}

const fn fixed(name: &'static str, value: &'static str, place: Place) -> Fixed {
    Fixed { name, value, place }
}

/// In the order in which a script sets them.
const FIXED: &[Fixed] = &[
    // Long statements, waits and idle workers are what a dump and a restore are made of.
    fixed("statement_timeout", "0", Place::Both),
    fixed("lock_timeout", "0", Place::Both),
    fixed("idle_in_transaction_session_timeout", "0", Place::Both),
    fixed("idle_session_timeout", "0", Place::Both),
    fixed("transaction_timeout", "0", Place::Both),
    // Names without a schema would mean something else in another session.
    fixed("search_path", "", Place::Both),
    // Values as text, the same everywhere and with every digit.
    fixed("standard_conforming_strings", "on", Place::Both),
    fixed("bytea_output", "hex", Place::Both),
    fixed("datestyle", "ISO, MDY", Place::Both),
    fixed("intervalstyle", "postgres", Place::Both),
    fixed("extra_float_digits", "3", Place::Both),
    fixed("lc_monetary", "C", Place::Both),
    fixed("quote_all_identifiers", "off", Place::Both),
    fixed("xmloption", "content", Place::Both),
    fixed("array_nulls", "on", Place::Both),
    fixed("transform_null_equals", "off", Place::Loading),
    fixed("backslash_quote", "safe_encoding", Place::Loading),
    fixed("timezone", "UTC", Place::Reading),
    // Rows that a policy hides are an error, not a gap.
    fixed("row_security", "off", Place::Both),
    // A table that becomes a view in mid-dump must not run its code (CVE-2024-7348).
    fixed(
        "restrict_nonsystem_relation_kind",
        "view, foreign-table",
        Place::Reading,
    ),
    // Rows in the table's order; slices don't share a scan; no workers that mix the order.
    fixed("synchronize_seqscans", "off", Place::Reading),
    fixed("max_parallel_workers_per_gather", "0", Place::Reading),
    // Catalog queries are short, and many.
    fixed("jit", "off", Place::Reading),
    fixed("default_transaction_deferrable", "off", Place::Reading),
    // Bodies may name what comes later.
    fixed("check_function_bodies", "off", Place::Loading),
    fixed("client_min_messages", "warning", Place::Both),
    fixed("default_transaction_read_only", "off", Place::Loading),
    fixed(
        "default_transaction_isolation",
        "read committed",
        Place::Loading,
    ),
    // What a statement does not say is the server's own default.
    fixed("default_tablespace", "", Place::Loading),
    fixed("default_table_access_method", "heap", Place::Loading),
    fixed("default_with_oids", "off", Place::Loading),
];

/// What the user wants otherwise.
#[derive(Debug, Clone, Copy, Default)]
struct Wishes {
    row_security: bool,
    foreign_rows: bool,
}

impl Wishes {
    fn of(options: &DumpOptions) -> Self {
        Self {
            row_security: options.reading.row_security,
            foreign_rows: !options.selection.foreign_data.is_empty(),
        }
    }
}

/// Fixes a session for reading. Its encoding becomes the database's own.
pub async fn reading(session: &mut Session, options: &DumpOptions) -> Result<()> {
    fix(session, Place::Reading, Wishes::of(options)).await
}

/// Fixes a session for loading.
pub async fn loading(session: &mut Session) -> Result<()> {
    fix(session, Place::Loading, Wishes::default()).await
}

/// What a file of another dumper leaves to the session that loads it. The values of type money in it are
/// written as its database's `lc_monetary` has them.
const LEFT_TO_CLIENTS: [&str; 2] = ["lc_monetary", "default_tablespace"];

/// Gives a session that is fixed for loading its own settings back, where such a file relies on them.
pub async fn as_client(session: &mut Session) -> Result<()> {
    for name in LEFT_TO_CLIENTS {
        let sql = bstr::concat([b"RESET ", name.as_bytes()]);
        let doing = "cannot give the session its own settings back";
        session.execute_for(doing, &sql).await?;
    }
    Ok(())
}

/// The statements with which a script from this server begins: complete lines.
pub async fn script(session: &mut Session, options: &DumpOptions) -> Result<Vec<u8>> {
    let known = known(session, Place::Loading).await?;
    statements(session, &known, Wishes::of(options))
}

/// Asks whether everything still stands, after an open transaction may have bound the session to
/// another server behind a pooler.
pub async fn check(session: &mut Session, options: &DumpOptions) -> Result<()> {
    check_place(session, Place::Reading, Wishes::of(options)).await
}

async fn fix(session: &mut Session, place: Place, wishes: Wishes) -> Result<()> {
    // First of all: even an operator's name could be found elsewhere.
    session.execute(b"SET search_path = ''").await?;
    let known = known(session, place).await?;
    let sql = statements(session, &known, wishes)?;
    session
        .execute_for("cannot fix the session's parameters", &sql)
        .await?;
    check_place(session, place, wishes).await
}

fn statements(session: &Session, known: &[&Fixed], wishes: Wishes) -> Result<Vec<u8>> {
    let mut sql = statement("client_encoding", encoding(session)?);
    for fixed in known {
        sql.extend(statement(fixed.name, fixed.value(wishes)));
    }
    Ok(sql)
}

/// The database's own encoding, as the server calls it.
pub fn encoding(session: &Session) -> Result<&str> {
    session
        .parameter("server_encoding")
        .ok_or_else(|| Error::new(Kind::Hostile, "the server does not say its encoding"))
}

fn statement(name: &str, value: &str) -> Vec<u8> {
    let value = literal(value);
    bstr::concat([b"SET ", name.as_bytes(), b" = ", &value, b";\n"])
}

/// The parameters of a place that the server knows and anybody may set.
async fn known(session: &mut Session, place: Place) -> Result<Vec<&'static Fixed>> {
    let rows = settings(session).await?;
    let mut known = Vec::new();
    for fixed in FIXED.iter().filter(|fixed| fixed.is_for(place)) {
        if find(&rows, fixed.name)?.is_some() {
            known.push(fixed);
        }
    }
    Ok(known)
}

async fn settings(session: &mut Session) -> Result<Rows> {
    let sql = "SELECT pg_catalog.lower(name) AS name, setting FROM pg_catalog.pg_settings \
               WHERE context = 'user'";
    let doing = "cannot read the session's parameters";
    session.query_for(doing, sql.as_bytes()).await
}

fn find<'a>(rows: &'a Rows, name: &str) -> Result<Option<&'a BStr>> {
    for row in rows.iter() {
        if row.bytes("name")? == name {
            return row.opt("setting");
        }
    }
    Ok(None)
}

async fn check_place(session: &mut Session, place: Place, wishes: Wishes) -> Result<()> {
    let rows = settings(session).await?;
    let own = encoding(session)?.to_owned();
    let encodings = [("client_encoding", own.as_str())];
    let fixed = FIXED.iter().filter(|fixed| fixed.is_for(place));
    let fixed = fixed.map(|fixed| (fixed.name, fixed.stands_as(wishes)));
    for (name, wanted) in encodings.into_iter().chain(fixed) {
        match find(&rows, name)? {
            Some(value) if value != wanted => {
                return Err(Error::new(
                    Kind::Connect,
                    format!("the server does not keep {name} at {wanted}: it is {value}"),
                )
                .hint("Connect to the server itself, not through a pooler."));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Fixed {
    fn is_for(&self, place: Place) -> bool {
        self.place == place || self.place == Place::Both
    }

    fn value(&self, wishes: Wishes) -> &'static str {
        match self.name {
            "row_security" if wishes.row_security => "on",
            "restrict_nonsystem_relation_kind" if wishes.foreign_rows => "view",
            _ => self.value,
        }
    }

    /// The value as the server prints it.
    fn stands_as(&self, wishes: Wishes) -> &'static str {
        match self.name {
            "search_path" => "\"\"",
            _ => self.value(wishes),
        }
    }
}
