//! What no kind carries yet, looked for by name so that it is never lost without a word: libraries,
//! read-only databases, general tablespaces, resource groups. Source: the manual's chapter on
//! INFORMATION_SCHEMA tables.

use bstr::ByteSlice;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::quote;
use crate::mysql::session::Session;

/// A sort of object: the information-schema table that lists it, its names there, which rows.
struct Uncarried {
    what: &'static str,
    table: &'static str,
    name: &'static str,
    rows: &'static str,
    /// The column that names the database, for what belongs to one.
    database: Option<&'static str>,
}

const ALL: &[Uncarried] = &[
    Uncarried {
        what: "library",
        table: "LIBRARIES",
        name: "LIBRARY_NAME",
        rows: "TRUE",
        database: Some("LIBRARY_SCHEMA"),
    },
    Uncarried {
        what: "the options of database",
        table: "SCHEMATA_EXTENSIONS",
        name: "SCHEMA_NAME",
        rows: "OPTIONS <> ''",
        database: Some("SCHEMA_NAME"),
    },
    Uncarried {
        what: "tablespace",
        table: "INNODB_TABLESPACES",
        name: "NAME",
        rows: "SPACE_TYPE = 'General' AND NAME <> 'mysql'",
        database: None,
    },
    Uncarried {
        what: "resource group",
        table: "RESOURCE_GROUPS",
        name: "RESOURCE_GROUP_NAME",
        rows: "RESOURCE_GROUP_NAME NOT IN ('SYS_default', 'USR_default')",
        database: None,
    },
];

/// Names what there is of it: in a database, or, with none, on the server.
pub async fn check(
    session: &mut Session,
    database: Option<&[u8]>,
    claims: &mut Claims,
) -> Result<()> {
    for kind in ALL
        .iter()
        .filter(|kind| kind.database.is_some() == database.is_some())
    {
        if !lists(session, kind.table).await? {
            continue;
        }
        let within = match kind.database.zip(database) {
            Some((column, name)) => format!(" AND {column} = {}", quote::hex(name)),
            None => String::new(),
        };
        let sql = format!(
            "SELECT {} AS name FROM information_schema.{} WHERE {}{within}",
            kind.name, kind.table, kind.rows
        );
        for row in session.query(sql).await?.iter() {
            let object = format!("{} {}", kind.what, row.bytes("name")?.to_str_lossy());
            claims.unclaimed(&object, "no kind carries it")?;
        }
    }
    Ok(())
}

/// Whether this server has the information-schema table.
async fn lists(session: &mut Session, table: &str) -> Result<bool> {
    let sql = format!(
        "SELECT TABLE_NAME FROM information_schema.TABLES \
         WHERE TABLE_SCHEMA = 'information_schema' AND TABLE_NAME = '{table}'"
    );
    Ok(!session.query(sql).await?.is_empty())
}
