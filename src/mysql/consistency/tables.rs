//! The database's tables, touched in a transaction: its metadata locks hold `RENAME`, `ALTER`,
//! `TRUNCATE` and `DROP` back until it ends.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice as _};

use crate::error::{Kind, Result};
use crate::mysql::consistency::changed;
use crate::mysql::quote;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::source::Warning;

/// How many tables one statement touches. A server takes 61 in one join, any number in a UNION;
/// more than this saves no time.
const BATCH: usize = 50;

/// Engines whose rows are elsewhere, or that have none: no snapshot is to be expected of them.
const ROWLESS: [&[u8]; 7] = [
    b"BLACKHOLE",
    b"MRG_MYISAM",
    b"MRG_MyISAM",
    b"FEDERATED",
    b"CONNECT",
    b"SPIDER",
    b"PERFORMANCE_SCHEMA",
];

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    engine: BString,
    transactional: bool,
    sequence: bool,
}

/// Tables by database and name.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    known: BTreeMap<(BString, BString), Known>,
}

impl Tables {
    /// Those that there are now. Views have no rows of their own, and may be broken.
    pub async fn list(session: &mut Session, databases: &[BString]) -> Result<Self> {
        let names = databases.iter().map(|name| quote::string(name));
        let sql = Text::new(
            "SELECT t.table_schema AS place, t.table_name AS name, t.table_type AS kind, t.engine AS engine, \
             e.transactions AS transactions FROM information_schema.tables t \
             LEFT JOIN information_schema.engines e ON e.engine = t.engine \
             WHERE t.table_schema IN (",
        )
        .raw(&bstr::join(", ", names))
        .words(")");
        let rows = session.query(sql).await?;
        let mut known = BTreeMap::new();
        for row in rows.iter() {
            let kind = row.bytes("kind")?;
            if kind.contains_str("VIEW") || kind.contains_str("TEMPORARY") {
                continue;
            }
            let table = Known {
                engine: row.opt_owned("engine")?.unwrap_or_default(),
                transactional: row.bool("transactions")?,
                sequence: kind == "SEQUENCE",
            };
            known.insert((row.owned("place")?, row.owned("name")?), table);
        }
        Ok(Self { known })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Those that `earlier` does not have.
    #[must_use]
    pub fn beyond(mut self, earlier: &Self) -> Self {
        self.known
            .retain(|name, _| !earlier.known.contains_key(name));
        self
    }

    /// Takes these in.
    pub fn extend(&mut self, new: Self) {
        self.known.extend(new.known);
    }

    /// Their quoted and qualified names.
    pub fn names(&self) -> impl Iterator<Item = BString> {
        let names = self.known.keys();
        names.map(|(database, name)| quote::qualified(database, name))
    }

    /// Takes their metadata locks in the session's transaction. A table that can't be opened is
    /// left to whoever reads it: that error names it.
    pub async fn touch(&self, session: &mut Session) -> Result<()> {
        let names: Vec<BString> = self.names().collect();
        Self::touch_these(session, &names).await
    }

    /// The same of some of them, by their quoted and qualified names.
    pub async fn touch_these(session: &mut Session, names: &[BString]) -> Result<()> {
        for batch in names.chunks(BATCH) {
            match touch(session, batch).await {
                Err(error) if error.kind() == Kind::Server || error.kind() == Kind::Privilege => {
                    touch_one_by_one(session, batch).await?;
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// Those of one database.
    #[must_use]
    pub fn of(&self, database: &BString) -> Self {
        let own = self
            .known
            .iter()
            .filter(|((place, _), _)| place == database);
        Self {
            known: own
                .map(|(name, table)| (name.clone(), table.clone()))
                .collect(),
        }
    }

    /// One for each table whose rows may be of a later time than the snapshot.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let loose = self.known.iter().filter(|(_, table)| {
            !table.transactional && !table.sequence && !ROWLESS.contains(&table.engine.as_slice())
        });
        loose
            .map(|((_, name), table)| Warning {
                object: format!("table {}", name.to_str_lossy()),
                message: format!(
                    "the engine {} has no transactions: rows may be newer than the snapshot",
                    table.engine.to_str_lossy()
                ),
            })
            .collect()
    }
}

async fn touch(session: &mut Session, names: &[BString]) -> Result<()> {
    let one = |name: &BString| [b"(SELECT 1 FROM ", name.as_slice(), b" LIMIT 0)"].concat();
    let each: Vec<Vec<u8>> = names.iter().map(one).collect();
    match session.execute(each.join(&b" UNION ALL "[..])).await {
        // someone waits to change a table
        Err(error) if error.server_code() == Some("1205") => {
            Err(changed("a table is about to be changed by another session").cause(error))
        }
        other => other.map(drop),
    }
}

async fn touch_one_by_one(session: &mut Session, names: &[BString]) -> Result<()> {
    for name in names {
        match touch(session, std::slice::from_ref(name)).await {
            Err(error) if matches!(error.kind(), Kind::Server | Kind::Privilege) => {
                tracing::debug!(table = %name, "cannot be opened: {}", error.line());
            }
            other => other?,
        }
    }
    Ok(())
}
