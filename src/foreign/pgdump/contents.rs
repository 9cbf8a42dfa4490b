//! A pg_dump archive's entries as our own table of contents: so that showing and choosing are the
//! same for both.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use super::entry::Entry;
use super::open::PgDump;
use crate::archive::entries::TocEntries;
use crate::archive::toc::{ArchiveKind, Check, FORMAT, Head, Text, Toc, TocEntry};
use crate::error::Result;
use crate::plan::entry::{EntryId, Section};
use crate::source::ServerInfo;
use crate::sql::dialect::Dialect;

/// Settings of the session that restores, not objects.
const SESSION: [&str; 3] = ["ENCODING", "STDSTRINGS", "SEARCHPATH"];

/// When an entry's turn is: grants come after the rows, what reads or watches comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Main,
    Grants,
    Last,
}

impl PgDump {
    /// The entries that set the session up.
    pub fn session(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| is_session(entry))
    }

    /// Whether the archive says itself where names are found.
    #[must_use]
    pub fn sets_path(&self) -> bool {
        self.session().any(|entry| entry.kind == "SEARCHPATH")
    }

    /// Our own form of the table of contents, in the order in which entries restore, and of each
    /// line the place of its entry.
    pub fn contents(&self) -> Result<(Toc, Vec<usize>)> {
        let by_id: HashMap<i32, &Entry> =
            self.entries.iter().map(|entry| (entry.id, entry)).collect();
        let entries = self.entries.iter().enumerate();
        let mut places: Vec<usize> = entries
            .filter(|(_, entry)| !is_session(entry))
            .map(|(at, _)| at)
            .collect();
        let entry = |at: &usize| self.entries.get(*at);
        places.sort_by_key(|at| entry(at).map(pass));
        let lines = places.iter().filter_map(entry);
        let entries = TocEntries::of(lines.map(|entry| line(entry, &by_id)))?;
        let toc = Toc {
            head: self.toc_head(),
            digest: String::new(),
            frames: Vec::new(),
            entries,
        };
        Ok((toc, places))
    }

    fn toc_head(&self) -> Head {
        let encoding = self.session().find(|entry| entry.kind == "ENCODING");
        let encoding = encoding.map_or_else(String::new, |entry| {
            let text = entry.definition.to_str_lossy();
            text.split('\'').nth(1).unwrap_or_default().to_owned()
        });
        Head {
            format: FORMAT,
            tool: self.head.tool.clone(),
            kind: ArchiveKind::Database,
            dialect: Dialect::Postgres,
            server: ServerInfo {
                product: "PostgreSQL".into(),
                version: self.head.server.clone(),
                number: 0,
                address: String::new(),
            },
            database: Text(self.head.database.clone()),
            encoding,
            position: None,
            started: self.head.made,
            ended: self.head.made,
            codec: self.head.compression_name().into(),
            switches: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

fn is_session(entry: &Entry) -> bool {
    SESSION.contains(&entry.kind.as_str())
}

fn pass(entry: &Entry) -> Pass {
    match entry.kind.as_str() {
        "ACL" | "ACL LANGUAGE" | "DEFAULT ACL" => Pass::Grants,
        "EVENT TRIGGER" | "MATERIALIZED VIEW DATA" => Pass::Last,
        // A refresh gives a materialized view new ones.
        "STATISTICS DATA" if entry.section == Some(Section::PostData) => Pass::Last,
        "COMMENT" | "SECURITY LABEL" if entry.tag.starts_with(b"EVENT TRIGGER ") => Pass::Last,
        _ => Pass::Main,
    }
}

fn line(entry: &Entry, by_id: &HashMap<i32, &Entry>) -> TocEntry {
    let some = |text: &bstr::BString| (!text.is_empty()).then(|| Text(text.clone()));
    let id = |id: i32| EntryId(u32::try_from(id).unwrap_or(0));
    TocEntry {
        id: id(entry.id),
        kind: kind(&entry.kind),
        section: section(entry, by_id),
        schema: some(&entry.schema),
        name: Text(entry.tag.clone()),
        detail: Text::default(),
        owner: some(&entry.owner),
        needs: entry.needs.iter().map(|need| id(*need)).collect(),
        pieces: Vec::new(),
        rows: None,
        in_turn: false,
        bytes: entry.definition.len() as u64,
        sum: None,
        digest: Some(Check::of(&entry.definition)),
        sql: Vec::new(),
        drop: Vec::new(),
    }
}

fn section(entry: &Entry, by_id: &HashMap<i32, &Entry>) -> Section {
    if entry.kind.starts_with("DATABASE") || entry.tag.starts_with(b"DATABASE ") {
        return Section::Database;
    }
    if pass(entry) != Pass::Main {
        return Section::PostData;
    }
    // Comments and labels belong where the thing itself does.
    let of_needs = entry
        .needs
        .iter()
        .filter_map(|need| by_id.get(need)?.section);
    entry
        .section
        .or_else(|| of_needs.max())
        .unwrap_or(Section::PreData)
}

/// Our own word for a kind, where there is one.
fn kind(kind: &str) -> String {
    let own = match kind {
        "ACL" => "grants",
        "CHECK CONSTRAINT" => "constraint",
        "DEFAULT" => "column_default",
        "FK CONSTRAINT" => "foreign_key",
        "MATERIALIZED VIEW DATA" => "matview_refresh",
        "SEQUENCE OWNED BY" => "sequence_owner",
        "SEQUENCE SET" => "sequence_value",
        "STATISTICS" => "extended_statistics",
        "TABLE ATTACH" => "partition_attach",
        _ => return kind.to_lowercase().replace(' ', "_"),
    };
    own.to_owned()
}
