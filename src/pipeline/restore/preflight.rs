//! What would fail, found before the first statement and told together, each with the switch that
//! solves it: what the archive asks for against what the server has.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};
use memchr::memchr_iter;

use crate::archive::toc::{ArchiveKind, Piece, Text, Toc, TocEntry};
use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::restore::archive::Archive;
use crate::pipeline::restore::relations::is_relation;
use crate::pipeline::restore::{definitions, newer};
use crate::source::{Asked as Names, ServerInfo, TargetFacts};
use crate::sql::dialect::Dialect;
use crate::sql::names::{Need, Outcome, Renaming, needs};

/// So many objects are named for each thing that is missing.
const NAMED: usize = 3;

/// The first objects that have a need, and how many there are.
type Who = (Vec<String>, usize);

/// What the archive asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Each need with the objects that have it.
    needs: BTreeMap<Need, Who>,
    /// MySQL: accounts whose rights views and bodies run with: they can be made without those, and
    /// fail when they are used.
    definers: BTreeMap<BString, Who>,
    /// MySQL: rows that are longer than the server takes, as the objects and their lengths.
    long: Vec<(String, u64)>,
    /// What can't be restored under other names, and why; what a newer server does not take.
    refused: Vec<String>,
    /// Roles and tablespaces that others are to stand for, and that nothing names.
    unnamed: BTreeSet<BString>,
}

impl Asked {
    /// Reads the definitions of these entries, as they will be run.
    pub(super) async fn of<R: Read + Seek + Send + 'static>(
        archive: &Arc<Archive<R>>,
        (chosen, renaming): (&[usize], &Renaming),
    ) -> Result<Self> {
        let dialect = archive.toc().head.dialect;
        let mut asked = Self::default();
        let mapped = renaming.roles.keys().chain(renaming.tablespaces.keys());
        asked.unnamed = mapped.cloned().collect();
        definitions::each(archive, chosen, |entry, statement| {
            if !asked.unnamed.is_empty() {
                for need in needs(dialect, statement) {
                    if let Need::Role(name) | Need::Tablespace(name) = need {
                        asked.unnamed.remove(&name);
                    }
                }
            }
            let changed = renaming.apply(dialect, statement);
            let found = match &changed {
                Ok(Outcome::Changed(statement)) => needs(dialect, statement),
                Ok(Outcome::LeftOut) => BTreeSet::new(),
                Ok(Outcome::Same) => needs(dialect, statement),
                Err(why) => {
                    let label = entry.label();
                    asked.refused.push(format!(
                        "cannot restore {label} under other names: {why}: leave it out (--use-list, \
                         --exclude-table)"
                    ));
                    BTreeSet::new()
                }
            };
            for need in found {
                asked.note(dialect, need, entry);
            }
        })
        .await?;
        Ok(asked)
    }

    /// Roles and tablespaces that the user gave another name and that nothing names: a line for each.
    pub(super) fn unnamed(&self) -> impl Iterator<Item = String> {
        let line = |name: &BString| format!("nothing that is restored names {name}");
        self.unnamed.iter().map(line)
    }

    /// What the server is asked for, owners included.
    pub(super) fn names(&self, owners: impl Iterator<Item = BString>) -> Names {
        let mut names = Names {
            roles: self.definers.keys().cloned().chain(owners).collect(),
            ..Names::default()
        };
        for need in self.needs.keys() {
            match need {
                Need::Role(name) => names.roles.insert(name.clone()),
                Need::Tablespace(name) => names.tablespaces.insert(name.clone()),
                Need::Extension(name) => names.extensions.insert(name.clone()),
                Need::Collation(_, name) => names.collations.insert(name.clone()),
                Need::Locale(name) => names.locales.insert(name.clone()),
                // The role is a need of its own.
                Need::RightsOf(_)
                | Need::Type(_)
                | Need::PostfixOperator(_)
                | Need::Oids
                | Need::TwoNotNulls
                | Need::Compression(_)
                | Need::Engine(_) => false,
            };
        }
        names
    }

    fn note(&mut self, dialect: Dialect, need: Need, entry: &TocEntry) {
        let mut of_accounts = ["user", "grant", "role_admin", "system_grant"].iter();
        let (labels, count) = match need {
            // they come with the archive of the globals themselves
            Need::Role(_)
                if dialect == Dialect::Mysql && of_accounts.any(|kind| entry.kind == *kind) =>
            {
                return;
            }
            Need::Role(name) if dialect == Dialect::Mysql && entry.kind != "object_grant" => {
                self.definers.entry(name).or_default()
            }
            need => self.needs.entry(need).or_default(),
        };
        let label = entry.label();
        if labels.last() != Some(&label) {
            *count += 1;
            if labels.len() < NAMED {
                labels.push(label);
            }
        }
    }

    /// Statements of several rows are cut to what the server takes; a row is not.
    pub(super) async fn long_rows<R: Read + Seek + Send + 'static>(
        &mut self,
        archive: &Arc<Archive<R>>,
        chosen: &[usize],
        most: u64,
    ) -> Result<()> {
        let toc = archive.toc();
        for entry in toc.entries.those(chosen) {
            let long = |piece: &&Piece| u64::from(piece.length) >= most && entry.rows.is_some();
            let mut longest = 0;
            for piece in entry.pieces.iter().filter(long) {
                longest = longest.max(longest_line(archive, *piece).await?);
            }
            if longest >= most {
                self.long.push((entry.label(), longest));
            }
        }
        Ok(())
    }

    /// What a newer server refuses and no definition by itself tells.
    pub(super) async fn newer<R: Read + Seek + Send + 'static>(
        &mut self,
        archive: &Arc<Archive<R>>,
        chosen: &[usize],
        server: &ServerInfo,
    ) -> Result<()> {
        let over_plain = newer::generated_over_plain(archive, chosen, server).await?;
        self.refused.extend(over_plain);
        let toc = archive.toc();
        for at in newer::rows_with_oids(archive, chosen, server).await? {
            if let Some(entry) = toc.entries.get(at) {
                self.note(toc.head.dialect, Need::Oids, &entry);
            }
        }
        Ok(())
    }

    fn needs(&self) -> impl Iterator<Item = (&Need, String)> {
        self.needs.iter().map(|(need, who)| (need, names(who)))
    }

    /// Definers that are not there, a line for each.
    pub(super) fn missing_definers(&self, facts: &TargetFacts, job: &RestoreJob) -> Vec<String> {
        let there = |name: &BString| {
            facts
                .roles
                .as_ref()
                .is_none_or(|roles| roles.contains(name))
        };
        let lines = self.definers.iter().filter(|(name, _)| !there(name));
        let lines = lines.filter(|_| !job.create_missing_roles);
        lines
            .map(|(name, who)| {
                format!(
                    "there is no account {name} ({}), and what it defines fails when it is used: \
                     --no-owner, --map-role {name}=OTHER, or --create-missing-roles",
                    names(who)
                )
            })
            .collect()
    }

    /// Roles that are asked for and are not there.
    pub(super) fn missing_roles(&self, facts: &TargetFacts) -> Vec<BString> {
        let Some(there) = &facts.roles else {
            return Vec::new();
        };
        let roles = self.needs.keys().filter_map(|need| match need {
            Need::Role(name) => Some(name),
            _ => None,
        });
        let all: BTreeSet<&BString> = roles.chain(self.definers.keys()).collect();
        let missing = all.into_iter().filter(|name| !there.contains(*name));
        missing.cloned().collect()
    }
}

fn names((labels, count): &Who) -> String {
    let more = count - labels.len();
    let mut who = labels.join(", ");
    if more > 0 {
        who.push_str(&format!(" and {more} more"));
    }
    who
}

/// Our statements have a row on each line.
async fn longest_line<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    piece: Piece,
) -> Result<u64> {
    let mut chunks = archive.stream(piece);
    let (mut longest, mut open) = (0_u64, 0_u64);
    while let Some(chunk) = chunks.next().await? {
        let mut begin = 0;
        for end in memchr_iter(b'\n', chunk) {
            longest = longest.max(open + (end - begin) as u64);
            (open, begin) = (0, end + 1);
        }
        open += (chunk.len() - begin) as u64;
    }
    Ok(longest.max(open))
}

/// Everything that would fail, a line for each.
pub(super) fn problems(
    (toc, chosen): (&Toc, &[usize]),
    asked: &Asked,
    (server, facts): (&ServerInfo, &TargetFacts),
    job: &RestoreJob,
) -> Vec<String> {
    let mut found = Vec::new();
    older(toc, server, job, &mut found);
    if toc.head.kind == ArchiveKind::Globals {
        return found;
    }
    if let Some(what) = other_encoding(toc, facts, job) {
        tracing::warn!("{what}");
    }
    let judge = Judge {
        toc,
        server,
        facts,
        job,
    };
    for (need, who) in asked.needs() {
        found.extend(judge.of(need, &who));
    }
    judge.owners(chosen, &mut found);
    found.extend(asked.refused.iter().cloned());
    for (label, bytes) in &asked.long {
        let most = facts.max_packet.unwrap_or_default();
        found.push(format!(
            "{label} has a row of {bytes} bytes, and the server takes statements of {most}: raise \
             max_allowed_packet there (SET GLOBAL)"
        ));
    }
    found
}

/// PostgreSQL: schemas that single tables are to go to, and that nothing makes, a line for each.
pub(super) fn missing_schemas(
    (toc, chosen): (&Toc, &[usize]),
    renaming: &Renaming,
    facts: &TargetFacts,
    job: &RestoreJob,
) -> Vec<String> {
    let moved = &renaming.relations.schemas;
    if renaming.relations.names.is_empty() {
        return Vec::new();
    }
    let entries = || toc.entries.those(chosen);
    let own = entries().filter(|entry| entry.kind == "schema");
    let own = own.map(|entry| moved.get(&entry.name.0).unwrap_or(&entry.name.0).clone());
    let made: BTreeSet<BString> = own.chain(moved.values().cloned()).collect();
    let public = BString::from("public");
    let there = |schema: &BString| match &facts.schemas {
        // It is to be made, with nothing else in it.
        _ if job.create => *schema == public,
        Some(there) => there.contains(schema),
        None => true,
    };
    let mut missing: BTreeMap<&BString, Who> = BTreeMap::new();
    for entry in entries().filter(|entry| is_relation(entry)) {
        let old = entry
            .schema
            .as_ref()
            .map(|own| (own.0.clone(), entry.name.0.clone()));
        let new = old.and_then(|old| renaming.relations.names.get(&old));
        let Some((schema, _)) = new.filter(|(new, _)| !made.contains(new) && !there(new)) else {
            continue;
        };
        let (labels, count) = missing.entry(schema).or_default();
        *count += 1;
        if labels.len() < NAMED {
            labels.push(entry.label());
        }
    }
    let line = |(schema, who): (&BString, Who)| {
        format!(
            "there is no schema {schema}, which --rename-table puts {} into: make it there before (CREATE \
             SCHEMA), or give --into-schema, which makes it",
            names(&who)
        )
    };
    missing.into_iter().map(line).collect()
}

/// A database in another encoding than the archive's may lack characters; it is known only when such
/// a row comes.
fn other_encoding(toc: &Toc, facts: &TargetFacts, job: &RestoreJob) -> Option<String> {
    let (own, there) = (&toc.head.encoding, facts.encoding.as_ref()?);
    if job.create || job.assume_encoding.is_some() || own == there || own == "SQL_ASCII" {
        return None;
    }
    Some(format!(
        "the archive's texts are {own}, the database's {there}: a character that {there} lacks will stop \
         the restore (--create makes the database as the archive has it)"
    ))
}

/// Major versions of PostgreSQL, minor ones of the others.
fn older(toc: &Toc, server: &ServerInfo, job: &RestoreJob, found: &mut Vec<String>) {
    let from = &toc.head.server;
    let release = |number: u32| match toc.head.dialect {
        Dialect::Postgres => number / 10_000,
        Dialect::Mysql => number / 100,
    };
    // A dump for another server says so, and is not judged by where it came from.
    let mut switches = toc.head.switches.iter();
    let other = switches.any(|switch| switch.starts_with("--target"));
    let same = from.product == server.product && !other;
    if job.older_server
        || from.number == 0
        || !same
        || release(server.number) >= release(from.number)
    {
        return;
    }
    found.push(format!(
        "the server's {} {} is older than the archive's {}: --older-server tries it",
        server.product, server.version, from.version
    ));
}

struct Judge<'a> {
    toc: &'a Toc,
    server: &'a ServerInfo,
    facts: &'a TargetFacts,
    job: &'a RestoreJob,
}

impl Judge<'_> {
    fn of(&self, need: &Need, who: &str) -> Option<String> {
        let lacks = |there: &Option<BTreeSet<BString>>, name: &BString| {
            there.as_ref().is_some_and(|there| !there.contains(name))
        };
        match need {
            Need::Role(name) if lacks(&self.facts.roles, name) => self.role(name, who),
            Need::RightsOf(name) if !lacks(&self.facts.roles, name) => {
                lacks(&self.facts.owners, name).then(|| {
                    format!(
                        "the user may not change the default privileges of {name}, for it is no member of \
                         that role ({who}): --no-privileges, or --map-role {name}=OTHER"
                    )
                })
            }
            Need::Tablespace(name) if lacks(&self.facts.tablespaces, name) => Some(format!(
                "there is no tablespace {name} ({who}): --no-tablespaces, or --map-tablespace \
                 {name}=OTHER"
            )),
            Need::Extension(name) if lacks(&self.facts.extensions, name) => Some(format!(
                "the server has no extension {name} ({who}): install it there, or leave it out \
                 (--use-list)"
            )),
            Need::Collation(schema, name) => self.collation(schema, name, who),
            Need::Locale(name) if lacks(&self.facts.locales, name) => Some(format!(
                "the server's operating system has no locale {name} ({who}): install it there, or leave \
                 it out: a collation by --use-list, a database's own by making the database with \
                 another one and restoring without --create"
            )),
            Need::Compression(name) if lacks(&self.facts.compressions, name) => Some(format!(
                "the server was built without {name} compression ({who}): --no-toast-compression"
            )),
            Need::Engine(name) if lacks(&self.facts.engines, name) => Some(format!(
                "the server has no engine {name} ({who}): load it there, or leave the tables out \
                 (--exclude-table)"
            )),
            Need::Type(name) if self.server.number >= 120_000 => Some(format!(
                "PostgreSQL has no type {name} since version 12 ({who}): change the column before \
                 the dump, or leave the table out (--exclude-table)"
            )),
            Need::Oids if self.server.number >= 120_000 => Some(format!(
                "PostgreSQL has no tables WITH OIDS since version 12 ({who}): ALTER TABLE … SET \
                 WITHOUT OIDS before the dump, or leave them out (--exclude-table)"
            )),
            Need::TwoNotNulls if self.server.number >= 180_000 => Some(format!(
                "PostgreSQL takes one NOT NULL of a domain since version 18 ({who}): drop the other one \
                 before the dump (ALTER DOMAIN … DROP CONSTRAINT), or leave it out (--use-list)"
            )),
            Need::PostfixOperator(name) if self.server.number >= 140_000 => Some(format!(
                "PostgreSQL has no postfix operators since version 14: {name} ({who}): leave it out \
                 (--use-list)"
            )),
            _ => None,
        }
    }

    fn role(&self, name: &BString, who: &str) -> Option<String> {
        if self.job.create_missing_roles {
            return None;
        }
        Some(match self.toc.head.dialect {
            Dialect::Postgres => format!(
                "there is no role {name} ({who}): --no-owner with --no-privileges, --map-role \
                 {name}=OTHER, or --create-missing-roles"
            ),
            Dialect::Mysql => format!(
                "there is no account {name} ({who}): --no-privileges, --map-role {name}=OTHER, or \
                 --create-missing-roles"
            ),
        })
    }

    fn collation(&self, schema: &BString, name: &BString, who: &str) -> Option<String> {
        let there = self.facts.collations.as_ref()?;
        let entries = &self.toc.entries;
        let mut collations = (0..entries.len())
            .filter(|at| entries.kind(*at) == "collation")
            .filter_map(|at| entries.get(at));
        let own = collations.any(|entry| {
            let same = entry.schema.as_ref().is_some_and(|own| own.0 == *schema);
            same && entry.name.0 == *name
        });
        // MySQL's are written in lower case or not at all
        let known = there.contains(&(schema.clone(), name.clone()))
            || (schema.is_empty()
                && there
                    .iter()
                    .any(|(_, there)| there.eq_ignore_ascii_case(name)));
        (!own && !known).then(|| {
            format!("the server has no collation {name} ({who}): make it there, or leave these out")
        })
    }

    /// Roles that are there, and that the user may not give anything to.
    fn owners(&self, chosen: &[usize], found: &mut Vec<String>) {
        let (Some(may), Some(there)) = (&self.facts.owners, &self.facts.roles) else {
            return;
        };
        for owner in owners(self.toc, chosen, self.job) {
            if there.contains(&owner) && !may.contains(&owner) {
                found.push(format!(
                    "the user may not make {owner} an owner, for it is no member of that role: \
                     --no-owner, or --map-role {owner}=OTHER"
                ));
            }
        }
    }
}

/// The roles that objects are given to.
pub(super) fn owners(toc: &Toc, chosen: &[usize], job: &RestoreJob) -> BTreeSet<BString> {
    if job.names.no_owner || job.choice.data_only {
        return BTreeSet::new();
    }
    let mut owners: BTreeSet<BString> = BTreeSet::new();
    for entry in toc.entries.those(chosen) {
        // PostgreSQL's `public` is there already, and mostly stays whose it is.
        let given = !(entry.kind == "schema" && entry.name.0 == "public");
        if let Some(Text(owner)) = entry.owner.as_ref().filter(|_| given)
            && !owners.contains(owner)
        {
            owners.insert(owner.clone());
        }
    }
    let new = |owner: &BString| {
        let map = job.names.roles.iter();
        let mut map = map.filter_map(|word| word.split_once('='));
        let mapped = map.find(|(old, _)| owner.as_bytes() == old.as_bytes());
        mapped.map_or_else(|| owner.clone(), |(_, new)| new.into())
    };
    owners.iter().map(new).collect()
}

/// One error for all of them.
pub(super) fn refusal(mut problems: Vec<String>, filled: Option<Error>) -> Result<()> {
    if let Some(error) = filled {
        if problems.is_empty() {
            return Err(error);
        }
        problems.insert(
            0,
            format!("{}: --create, --clean or --if-empty=false", error.line()),
        );
    }
    if problems.is_empty() {
        return Ok(());
    }
    let count = problems.len();
    let numbered = problems.iter().zip(1..);
    let list: Vec<String> = numbered
        .map(|(what, at)| format!("({at}) {what}"))
        .collect();
    let list = list.join("; ");
    let reasons = if count == 1 { "reason" } else { "reasons" };
    let what =
        format!("the restore would fail for {count} {reasons}, and nothing was done: {list}");
    Err(Error::new(Kind::Usage, what)
        .hint("--no-checks begins nevertheless; --keep-going notes what fails and goes on."))
}
