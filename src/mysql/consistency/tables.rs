//! The database's tables, touched in a transaction: its metadata locks hold `RENAME`, `ALTER`,
//! `TRUNCATE` and `DROP` back until it ends.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice as _};

use crate::error::{Kind, Result};
use crate::mysql::consistency::changed;
use crate::mysql::quote;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::plan::lists::Lists;
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    engine: BString,
    transactional: bool,
    sequence: bool,
}

/// Tables by database and name.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    databases: BTreeMap<BString, Arc<List>>,
}

/// The tables of one database: a hundred thousand of them take little more than their names.
#[derive(Debug, Default)]
struct List {
    /// In their order.
    names: Lists<u8>,
    /// What is known of each: a position in `kinds`.
    kind: Vec<u16>,
    kinds: Vec<Known>,
}

impl List {
    /// Those of these names; of two that are equal one stays.
    fn of(mut tables: Vec<(&[u8], Known)>) -> Self {
        tables.sort_unstable();
        tables.dedup_by(|one, two| one.0 == two.0);
        let mut list = Self::default();
        for (name, known) in tables {
            let at = list.kinds.iter().position(|kind| *kind == known);
            let at = at.unwrap_or_else(|| {
                list.kinds.push(known);
                list.kinds.len() - 1
            });
            // a server has some tens of engines
            list.kind.push(u16::try_from(at).unwrap_or(u16::MAX));
            list.names.push(name.iter().copied());
        }
        list.names.shrink();
        list.kind.shrink_to_fit();
        list
    }

    fn iter(&self) -> impl Iterator<Item = (&[u8], &Known)> {
        let kinds = self.kind.iter();
        let known = kinds.filter_map(|at| self.kinds.get(usize::from(*at)));
        self.names.iter().zip(known)
    }

    fn contains(&self, name: &[u8]) -> bool {
        let (mut from, mut to) = (0, self.names.len());
        while from < to {
            let middle = from.midpoint(to);
            match self.names.get(middle).cmp(name) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return true,
                Ordering::Greater => to = middle,
            }
        }
        false
    }
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
        let mut found: BTreeMap<&BStr, Vec<(&[u8], Known)>> = BTreeMap::new();
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
            let own = found.entry(row.bytes("place")?).or_default();
            own.push((row.bytes("name")?, table));
        }
        let databases = found.into_iter();
        let databases = databases.map(|(place, own)| (place.to_owned(), Arc::new(List::of(own))));
        Ok(Self {
            databases: databases.collect(),
        })
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.databases.values().map(|list| list.names.len()).sum()
    }

    /// Those that `earlier` does not have.
    #[must_use]
    pub fn beyond(&self, earlier: &Self) -> Self {
        let new = self.databases.iter().map(|(place, list)| {
            let before = earlier.databases.get(place);
            let is_new = |name: &[u8]| before.is_none_or(|before| !before.contains(name));
            let new = list.iter().filter(|(name, _)| is_new(name));
            let new = new.map(|(name, known)| (name, known.clone()));
            (place.clone(), Arc::new(List::of(new.collect())))
        });
        Self {
            databases: new.collect(),
        }
    }

    /// Takes these in.
    pub fn extend(&mut self, new: &Self) {
        for (place, list) in &new.databases {
            let own = self.databases.entry(place.clone()).or_default();
            if list.names.is_empty() {
                continue;
            }
            let all = own.iter().chain(list.iter());
            let all = all.map(|(name, known)| (name, known.clone()));
            *own = Arc::new(List::of(all.collect()));
        }
    }

    /// Their quoted and qualified names.
    pub fn names(&self) -> impl Iterator<Item = BString> + Send {
        self.databases.iter().flat_map(|(place, list)| {
            let names = list.names.iter();
            names.map(|name| quote::qualified(place, name))
        })
    }

    /// Takes their metadata locks in the session's transaction. A table that can't be opened is
    /// left to whoever reads it: that error names it.
    pub async fn touch(&self, session: &mut Session) -> Result<()> {
        Self::touch_these(session, self.names()).await
    }

    /// The same of some of them, by their quoted and qualified names.
    pub async fn touch_these(
        session: &mut Session,
        mut names: impl Iterator<Item = BString> + Send,
    ) -> Result<()> {
        loop {
            let batch: Vec<BString> = names.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            match touch(session, &batch).await {
                Err(error) if error.kind() == Kind::Server || error.kind() == Kind::Privilege => {
                    touch_one_by_one(session, &batch).await?;
                }
                other => other?,
            }
        }
    }

    /// Those of one database.
    #[must_use]
    pub fn of(&self, database: &BString) -> Self {
        let own = self.databases.get_key_value(database).into_iter();
        let own = own.map(|(place, list)| (place.clone(), Arc::clone(list)));
        Self {
            databases: own.collect(),
        }
    }

    /// One for each table whose rows may be of a later time than the snapshot.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        let tables = self.databases.values().flat_map(|list| list.iter());
        let loose = tables.filter(|(_, table)| {
            !table.transactional && !table.sequence && !ROWLESS.contains(&table.engine.as_slice())
        });
        loose
            .map(|(name, table)| Warning {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(place: &str, names: &[&str]) -> Tables {
        let known = |engine: &str| Known {
            engine: engine.into(),
            transactional: engine == "InnoDB",
            sequence: false,
        };
        let engine = |name: &str| if name == "m" { "MyISAM" } else { "InnoDB" };
        let list = names
            .iter()
            .map(|name| (name.as_bytes(), known(engine(name))));
        let list = Arc::new(List::of(list.collect()));
        Tables {
            databases: [(place.into(), list)].into(),
        }
    }

    fn names(tables: &Tables) -> Vec<String> {
        tables.names().map(|name| name.to_string()).collect()
    }

    #[test]
    fn what_came_later_is_beyond_what_was_there() {
        let before = tables("d", &["b", "a", "m", "a"]);
        assert_eq!(names(&before), ["`d`.`a`", "`d`.`b`", "`d`.`m`"]);
        let mut now = tables("d", &["m", "aa", "a"]);
        now.extend(&tables("e", &["b"]));
        let new = now.beyond(&before);
        assert_eq!(names(&new), ["`d`.`aa`", "`e`.`b`"]);
        assert!(before.beyond(&before).is_empty());
        let mut all = before.clone();
        all.extend(&new);
        assert_eq!((all.len(), names(&all).len()), (5, 5));
        assert!(now.beyond(&all).is_empty());
        let said: Vec<String> = all.warnings().into_iter().map(|one| one.object).collect();
        assert_eq!(said, ["table m"]);
        assert_eq!(names(&all.of(&"e".into())), ["`e`.`b`"]);
        assert!(all.of(&"f".into()).is_empty());
    }
}
