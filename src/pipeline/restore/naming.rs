//! Under which names, and for whom, objects are restored: the user's words against the table of
//! contents.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::BString;

use crate::archive::toc::{ArchiveKind, Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::definitions;
use crate::pipeline::restore::relations::{Relations as Tables, is_relation};
use crate::pipeline::restore::words::{self, MOST, fits, halves, pairs, twice};
use crate::sql::dialect::Dialect;
use crate::sql::names::{Made, Pair, Renaming, derived, made};

/// What the user asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// PostgreSQL: the schema that objects go into, or `OLD=NEW`.
    pub into_schema: Vec<String>,
    /// Tables under another name: `OLD=NEW`, with a schema where PostgreSQL has one.
    pub tables: Vec<String>,
    /// With `create`: the database's name.
    pub database: Option<String>,
    /// Roles, or accounts: `A=B`.
    pub roles: Vec<String>,
    /// PostgreSQL's tablespaces: `A=B`.
    pub tablespaces: Vec<String>,
    /// Nobody is made an owner; of MySQL nobody a definer.
    pub no_owner: bool,
    /// Grants stay out.
    pub no_privileges: bool,
    /// Tablespaces stay out.
    pub no_tablespaces: bool,
    /// Compression methods of columns stay out.
    pub no_toast_compression: bool,
}

impl Names {
    /// Whether objects get other names: such a restore is not recorded.
    #[must_use]
    pub fn renames(&self) -> bool {
        !self.into_schema.is_empty() || !self.tables.is_empty()
    }

    /// What becomes of the statements of another dumper's file: who owns what, and who may what.
    pub(crate) fn of_foreign(&self) -> Result<Renaming> {
        let placed = self.no_tablespaces || !self.tablespaces.is_empty();
        if self.renames() || self.database.is_some() || placed {
            let what = "other names and tablespaces are for dumpkeep's own archives: this is another \
                        dumper's file";
            return Err(Error::new(Kind::Usage, what)
                .hint("Restore it as it is, dump that, and restore the archive as you like."));
        }
        Ok(Renaming {
            roles: pairs("--map-role", &self.roles)?,
            no_owner: self.no_owner,
            no_privileges: self.no_privileges,
            no_toast_compression: self.no_toast_compression,
            ..Renaming::default()
        })
    }

    /// What becomes of the statements of these entries.
    pub(super) async fn renaming<R: Read + Seek + Send + 'static>(
        &self,
        archive: &Arc<Archive<R>>,
        chosen: &[usize],
    ) -> Result<Renaming> {
        let toc = archive.toc();
        self.usable(toc)?;
        if let (Some(new), Dialect::Postgres) = (&self.database, toc.head.dialect) {
            fits("--rename-database", &new.as_str().into())?;
        }
        let mut renaming = Renaming {
            database: self
                .database
                .as_ref()
                .map(|new| (toc.head.database.0.clone(), new.as_str().into())),
            roles: pairs("--map-role", &self.roles)?,
            tablespaces: pairs("--map-tablespace", &self.tablespaces)?,
            no_owner: self.no_owner,
            no_privileges: self.no_privileges,
            no_tablespaces: self.no_tablespaces,
            no_toast_compression: self.no_toast_compression,
            ..Renaming::default()
        };
        if !self.renames() {
            return Ok(renaming);
        }
        if toc.head.dialect == Dialect::Mysql {
            for table in &self.tables {
                let (old, new) = halves("--rename-table", table)?;
                one_of(toc, chosen, None, &old)?;
                if renaming.tables.contains_key(&old) {
                    return Err(twice("--rename-table", &old));
                }
                renaming.tables.insert(old, new);
            }
            return Ok(renaming);
        }
        let mut found = Vec::new();
        definitions::each(archive, chosen, |_, statement| {
            found.extend(made(statement))
        })
        .await?;
        Postgres::new(toc, chosen).fill(self, &found, &mut renaming)?;
        Ok(renaming)
    }

    fn usable(&self, toc: &Toc) -> Result<()> {
        let mysql = toc.head.dialect == Dialect::Mysql;
        let named = self.renames() || self.database.is_some();
        let what = if toc.head.kind == ArchiveKind::Globals && *self != Self::default() {
            "the archive holds globals: their names, owners and rights are restored as they are"
        } else if mysql && !self.into_schema.is_empty() {
            "--into-schema is PostgreSQL's: here a schema is a database, which --to names"
        } else if mysql && (self.no_tablespaces || !self.tablespaces.is_empty()) {
            "--no-tablespaces and --map-tablespace are PostgreSQL's: here a dump leaves tablespaces \
             out (dump --no-tablespaces)"
        } else if mysql && self.no_toast_compression {
            "--no-toast-compression is PostgreSQL's: columns here have no such setting"
        } else if named && toc.head.database.is_empty() {
            "the archive does not say which database it is of"
        } else {
            return Ok(());
        };
        Err(Error::new(Kind::Usage, what))
    }
}

struct Postgres<'a> {
    toc: &'a Toc,
    chosen: &'a [usize],
}

impl<'a> Postgres<'a> {
    fn new(toc: &'a Toc, chosen: &'a [usize]) -> Self {
        Self { toc, chosen }
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Arc<TocEntry>)> {
        let toc = self.toc;
        let places = self.chosen.iter();
        places.filter_map(move |at| Some((*at, toc.entries.get(*at)?)))
    }

    fn fill(&self, names: &Names, made: &[Made], renaming: &mut Renaming) -> Result<()> {
        let mut tables: HashMap<Pair, Pair> = HashMap::new();
        for word in &names.tables {
            let ((schema, old), (new_schema, new)) = words::tables("--rename-table", word)?;
            let old = one_of(self.toc, self.chosen, schema.as_ref(), &old)?;
            fits("--rename-table", &new)?;
            if tables.contains_key(&old) {
                return Err(twice("--rename-table", &old.1));
            }
            tables.insert(old.clone(), (new_schema.unwrap_or(old.0), new));
        }
        let schemas = self.schemas(names)?;
        let moved = |schema: &BString| schemas.get(schema).unwrap_or(schema).clone();
        for (schema, name) in self.named() {
            if let Some(new) = schemas.get(&schema) {
                let key = (schema, name.clone());
                renaming.relations.names.insert(key, (new.clone(), name));
            }
        }
        let mut made = made.to_vec();
        made.extend(self.sequences(&tables));
        for made in &made {
            let old = (made.schema.clone(), made.name.clone());
            let (schema, name) = match tables.get(&made.table) {
                // What goes with a table goes to its schema.
                Some((schema, name)) => (
                    schema.clone(),
                    derived(&made.name, &made.table.1, name, MOST),
                ),
                None => (moved(&made.schema), made.name.clone()),
            };
            if made.constraint && name != made.name {
                let key = (made.table.clone(), made.name.clone());
                renaming.relations.constraints.insert(key, name.clone());
            }
            if (&schema, &name) != (&old.0, &old.1) {
                renaming.relations.names.insert(old, (schema, name));
            }
        }
        for (old, new) in tables {
            self.unlike_a_routine(&old)?;
            let moved = (moved(&new.0), new.1);
            renaming.relations.names.insert(old, moved);
        }
        renaming.relations.schemas = schemas;
        self.one_name_each(renaming)
    }

    /// Two tables can't have one name.
    fn one_name_each(&self, renaming: &Renaming) -> Result<()> {
        let mut taken: HashMap<Pair, String> = HashMap::new();
        for (_, entry) in self.entries().filter(|(_, entry)| is_relation(entry)) {
            let Some(old) = pair(&entry) else { continue };
            let new = renaming.relations.names.get(&old).cloned().unwrap_or(old);
            let name = format!("{}.{}", new.0, new.1);
            if let Some(other) = taken.insert(new, entry.label()) {
                let what = format!("{other} and {} would both be {name}", entry.label());
                return Err(Error::new(Kind::Usage, what).hint("Give one of them another name."));
            }
        }
        Ok(())
    }

    /// The schemas of the chosen objects, and where they go.
    fn schemas(&self, names: &Names) -> Result<HashMap<BString, BString>> {
        let mut schemas = HashMap::new();
        for word in &names.into_schema {
            if word.contains('=') {
                let (old, new) = halves("--into-schema", word)?;
                if !self.named().iter().any(|(schema, _)| *schema == old) {
                    let what = format!("--into-schema: nothing of a schema {old} is restored");
                    return Err(Error::new(Kind::Usage, what)
                        .hint("`dumpkeep show` lists what the archive holds."));
                }
                fits("--into-schema", &new)?;
                if schemas.contains_key(&old) {
                    return Err(twice("--into-schema", &old));
                }
                schemas.insert(old, new);
                continue;
            }
            let own: BTreeSet<BString> =
                self.named().into_iter().map(|(schema, _)| schema).collect();
            let mut own = own.into_iter();
            let (Some(old), None) = (own.next(), own.next()) else {
                let what = "--into-schema: the chosen objects are not all of one schema";
                return Err(Error::new(Kind::Usage, what)
                    .hint("Give --schema, or --into-schema OLD=NEW for each."));
            };
            let new: BString = word.as_str().into();
            fits("--into-schema", &new)?;
            schemas.insert(old, new);
        }
        Ok(schemas)
    }

    /// What is named with a schema.
    fn named(&self) -> BTreeSet<Pair> {
        let own = |entry: &TocEntry| {
            let schema = entry.schema.as_ref()?;
            let names = !PARTS.contains(&entry.kind.as_str());
            names.then(|| (schema.0.clone(), entry.name.0.clone()))
        };
        self.entries()
            .filter_map(|(_, entry)| own(&entry))
            .collect()
    }

    /// Sequences that a renamed table needs and does not own: those are told by their statements.
    fn sequences(&self, tables: &HashMap<Pair, Pair>) -> Vec<Made> {
        let relations = Tables::of(self.toc);
        let chosen: BTreeSet<usize> = self.chosen.iter().copied().collect();
        let mut found = Vec::new();
        for (at, entry) in self.entries() {
            let Some(table) = pair(&entry).filter(|pair| tables.contains_key(pair)) else {
                continue;
            };
            for need in relations.needs_of(at) {
                let sequence = self.toc.entries.get(need);
                let sequence =
                    sequence.filter(|entry| entry.kind == "sequence" && chosen.contains(&need));
                let names = sequence.and_then(|entry| pair(&entry));
                if let Some((schema, name)) = names.filter(|_| is_relation(&entry)) {
                    found.push(Made {
                        table: table.clone(),
                        name,
                        schema,
                        constraint: false,
                    });
                }
            }
        }
        found
    }

    /// By its name alone a table can't be told from a routine.
    fn unlike_a_routine(&self, table: &Pair) -> Result<()> {
        let entries = &self.toc.entries;
        let mut routines = (0..entries.len())
            .filter(|at| ["routine", "aggregate"].contains(&entries.kind(*at)))
            .filter_map(|at| entries.get(at));
        match routines.find(|entry| pair(entry).as_ref() == Some(table)) {
            None => Ok(()),
            Some(entry) => {
                let what = format!(
                    "cannot rename table {}.{}: {} has its name",
                    table.0,
                    table.1,
                    entry.label()
                );
                Err(Error::new(Kind::Usage, what).hint("Move it with --into-schema instead."))
            }
        }
    }
}

/// Kinds of entries that have their table's names, or no name of their own in a schema.
const PARTS: [&str; 19] = [
    "constraint",
    "foreign_key",
    "trigger",
    "rule",
    "policy",
    "row_security",
    "table_data",
    "sequence_value",
    "matview_refresh",
    "relation_statistics",
    "column_default",
    "partition_attach",
    "index_attach",
    "sequence_owner",
    "grants",
    "default_privileges",
    "publication_member",
    "view_rule",
    "extension",
];

fn pair(entry: &TocEntry) -> Option<Pair> {
    Some((entry.schema.as_ref()?.0.clone(), entry.name.0.clone()))
}

/// The relation of this name among those that are restored.
fn one_of(toc: &Toc, chosen: &[usize], schema: Option<&BString>, name: &BString) -> Result<Pair> {
    let entries = chosen.iter().filter_map(|at| toc.entries.get(*at));
    let own = entries.filter(|entry| {
        let inside =
            schema.is_none_or(|schema| entry.schema.as_ref().is_some_and(|own| own.0 == *schema));
        is_relation(entry) && entry.name.0 == *name && inside
    });
    let found: BTreeSet<Pair> = own
        .map(|entry| {
            let schema = entry.schema.as_ref().map(|schema| schema.0.clone());
            (schema.unwrap_or_default(), entry.name.0.clone())
        })
        .collect();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => {
            let what = format!("--rename-table: no table {name} is restored");
            Err(Error::new(Kind::Usage, what).hint("`dumpkeep show` lists what the archive holds."))
        }
        _ => {
            let what = format!("--rename-table: there are several tables {name}");
            Err(Error::new(Kind::Usage, what).hint("Give its schema: schema.table=new."))
        }
    }
}
