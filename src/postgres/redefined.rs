//! Definitions that changed while they were read. The catalogs' rows are read in the snapshot, but
//! the server's own functions that write definitions (`pg_get_viewdef()` and the like) show the
//! newest state. Tables are locked; views, routines, types and names can't be. So what stood in the
//! snapshot is compared with what stands there afterwards, and the database starts over where
//! something old is gone. What is new does no harm: the snapshot doesn't have it.

use std::collections::{HashMap, HashSet};

use bstr::BString;

use super::address::FIRST_USER_OID;
use super::session::Session;
use crate::error::{Error, Kind, Result};

const DOING: &str = "cannot read which definitions there are";

/// A definition: where it stands, and which of its states.
type Definition = (BString, BString);

/// Catalogs whose rows are written anew with each change, and the column that names them.
const BY_ROW: &[(&str, &str)] = &[
    ("pg_proc", "proname"),
    ("pg_namespace", "nspname"),
    ("pg_operator", "oprname"),
    ("pg_opclass", "opcname"),
    ("pg_opfamily", "opfname"),
    ("pg_collation", "collname"),
    ("pg_ts_config", "cfgname"),
    ("pg_ts_dict", "dictname"),
    ("pg_statistic_ext", "stxname"),
    ("pg_constraint", "conname"),
];

/// `t` is a relation that is locked, or of a session's own.
const NOT_TEMPORARY: &str = "c.relpersistence <> 't'";

/// What tells states of a catalog's row apart, of catalogs whose system columns the user may not read.
type States = HashMap<String, String>;

/// Rights on the system's catalogs may have been taken from everyone and given back by column; system
/// columns are hardly among them. The row's other columns do as well.
async fn states(session: &mut Session) -> Result<States> {
    let catalogs = BY_ROW.iter().map(|(catalog, _)| *catalog);
    let catalogs = catalogs.chain(["pg_type", "pg_rewrite", "pg_trigger"]);
    let catalogs: Vec<String> = catalogs
        .map(|catalog| format!("'pg_catalog.{catalog}'"))
        .collect();
    let sql = format!(
        "SELECT c.relname AS catalog, pg_catalog.string_agg(pg_catalog.format('o.%I', a.attname), \
         ', ' ORDER BY a.attnum) AS columns \
         FROM pg_catalog.unnest(ARRAY[{}]::pg_catalog.regclass[]) r(oid) \
         JOIN pg_catalog.pg_class c ON c.oid = r.oid \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid WHERE NOT pg_catalog.has_column_privilege(r.oid, 'xmin', 'SELECT') AND a.attnum > 0 \
         AND NOT a.attisdropped AND pg_catalog.has_column_privilege(r.oid, a.attnum, 'SELECT') \
         GROUP BY c.relname",
        catalogs.join(", ")
    );
    let rows = session.query_for(DOING, sql.as_bytes()).await?;
    let one = |row: crate::sql::rows::Row<'_>| {
        let columns = row.str("columns")?;
        let state = format!("pg_catalog.md5(ROW({columns})::pg_catalog.text)");
        Ok((row.str("catalog")?.to_owned(), state))
    };
    rows.iter().map(one).collect()
}

fn query(states: &States) -> String {
    let state = |catalog: &str| {
        let own = states.get(catalog).map(String::as_str);
        own.unwrap_or("o.xmin::pg_catalog.text")
    };
    let mut parts: Vec<String> = BY_ROW
        .iter()
        .map(|(catalog, name)| {
            format!(
                "SELECT '{catalog} ' || o.oid AS place, {} AS state, \
                 o.{name}::pg_catalog.text AS name \
                 FROM pg_catalog.{catalog} o WHERE o.oid >= {FIRST_USER_OID}{}",
                state(catalog),
                match *catalog {
                    "pg_namespace" => " AND o.nspname !~ '^pg_'",
                    // What belongs to sessions comes and goes.
                    "pg_constraint" =>
                        " AND o.connamespace NOT IN (SELECT n.oid \
                         FROM pg_catalog.pg_namespace n WHERE n.nspname ~ '^pg_temp')",
                    _ => "",
                }
            )
        })
        .collect();
    // Row types change with their relations.
    parts.push(format!(
        "SELECT 'pg_type ' || o.oid, {}, o.typname::pg_catalog.text \
         FROM pg_catalog.pg_type o WHERE o.oid >= {FIRST_USER_OID} AND o.typrelid = 0 \
         AND o.typelem = 0",
        state("pg_type")
    ));
    // Row versions of views say nothing: REFRESH and the like make new ones.
    parts.push(format!(
        "SELECT 'pg_class ' || c.oid, c.relnamespace || ' ' || c.relname, \
         c.relname::pg_catalog.text FROM pg_catalog.pg_class c WHERE c.oid >= {FIRST_USER_OID} \
         AND c.relkind NOT IN ('r', 'p', 't') AND {NOT_TEMPORARY}"
    ));
    parts.push(format!(
        "SELECT 'pg_attribute ' || a.attrelid || ' ' || a.attnum, a.attname::pg_catalog.text, \
         c.relname::pg_catalog.text FROM pg_catalog.pg_attribute a \
         JOIN pg_catalog.pg_class c ON c.oid = a.attrelid WHERE c.oid >= {FIRST_USER_OID} \
         AND c.relkind IN ('v', 'c', 'f') AND {NOT_TEMPORARY} AND a.attnum > 0"
    ));
    for (catalog, relation, name) in [
        ("pg_rewrite", "ev_class", "c.relname"),
        ("pg_trigger", "tgrelid", "o.tgname"),
    ] {
        parts.push(format!(
            "SELECT '{catalog} ' || o.oid, {}, {name}::pg_catalog.text \
             FROM pg_catalog.{catalog} o JOIN pg_catalog.pg_class c ON c.oid = o.{relation} \
             WHERE o.oid >= {FIRST_USER_OID} AND c.relkind IN ('v', 'm', 'f') AND {NOT_TEMPORARY}",
            state(catalog)
        ));
    }
    parts.join(" UNION ALL ")
}

/// The definitions as this session sees them.
async fn definitions(session: &mut Session, query: &str) -> Result<HashSet<Definition>> {
    let rows = session.query_for(DOING, query.as_bytes()).await?;
    let one = |row: crate::sql::rows::Row<'_>| Ok((row.owned("place")?, row.owned("state")?));
    rows.iter().map(one).collect()
}

/// How many there are, and two sums over them: as good as all of them to see that nothing changed, and
/// a row where they are tens of thousands.
fn sums(query: &str) -> String {
    format!(
        "SELECT pg_catalog.count(*) AS count, \
         pg_catalog.sum(pg_catalog.hashtext(q.place || ' ' || q.state)::pg_catalog.int8) AS one, \
         pg_catalog.sum(pg_catalog.hashtext(q.state || ' ' || q.place)::pg_catalog.int8) AS other \
         FROM ({query}) q"
    )
}

async fn sum(session: &mut Session, query: &str) -> Result<[Option<BString>; 3]> {
    let rows = session.query_for(DOING, query.as_bytes()).await?;
    let missing = || Error::new(Kind::Internal, "an aggregate without a row");
    let row = rows.first().ok_or_else(missing)?;
    Ok([
        row.opt_owned("count")?,
        row.opt_owned("one")?,
        row.opt_owned("other")?,
    ])
}

/// An error where one of the definitions that the snapshot shows is no longer what it was. `now` is
/// a session of its own, in no snapshot.
pub(super) async fn check(snapshot: &mut Session, now: &mut Session) -> Result<()> {
    let query = query(&states(snapshot).await?);
    let sums = sums(&query);
    let (then, since) = tokio::try_join!(sum(snapshot, &sums), sum(now, &sums))?;
    if then == since {
        return Ok(());
    }
    let before = snapshot.query_for(DOING, query.as_bytes());
    let (after, before) = tokio::try_join!(definitions(now, &query), before)?;
    for row in before.iter() {
        let definition = (row.owned("place")?, row.owned("state")?);
        if !after.contains(&definition) {
            let (place, name) = (definition.0, row.owned("name")?);
            let what = format!("{name} ({place}) changed while the definitions were read");
            return Err(
                Error::new(Kind::Changed, what).hint("Try again when no schema changes run.")
            );
        }
    }
    Ok(())
}
