//! What differs between two archives, by their tables of contents alone. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::archive::sum::Sum;
use crate::archive::toc::{Check, Text, Toc, TocEntry};

/// What differs between two archives, A and B.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// The version of this form.
    pub format: u32,
    /// Whether there is no difference.
    pub same: bool,
    /// Objects that only B has.
    pub came: Vec<Object>,
    /// Objects that only A has.
    pub went: Vec<Object>,
    /// Objects that are defined otherwise.
    pub changed: Vec<Object>,
    /// Tables whose rows differ.
    pub rows: Vec<Rows>,
}

/// An object's kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Object {
    /// The kind.
    pub kind: String,
    /// The schema, where one holds it.
    pub schema: Option<Text>,
    /// The name.
    pub name: Text,
    /// What tells it from others of its name.
    pub detail: Text,
}

/// A table's rows in A and in B.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// The table.
    #[serde(flatten)]
    pub object: Object,
    /// The rows in A.
    pub before: u64,
    /// The rows in B.
    pub after: u64,
    /// The bytes of SQL in A.
    pub bytes_before: u64,
    /// The bytes of SQL in B.
    pub bytes_after: u64,
}

/// All entries of one name: grants, for one, can be several.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Entries {
    /// `None` where the archive is of a version that noted none; the length serves then.
    digests: Vec<(Option<Check>, u64)>,
    rows: Option<u64>,
    bytes: u64,
    sum: Option<Sum>,
}

/// Compares two tables of contents.
#[must_use]
pub fn diff(a: &Toc, b: &Toc) -> Diff {
    let (a, b) = (by_object(a), by_object(b));
    let missing = |here: &BTreeMap<Object, Entries>, there: &BTreeMap<Object, Entries>| {
        let missing = here.keys().filter(|object| !there.contains_key(object));
        missing.cloned().collect::<Vec<_>>()
    };
    let (went, came) = (missing(&a, &b), missing(&b, &a));
    let both = a
        .iter()
        .filter_map(|(object, a)| Some((object, a, b.get(object)?)));
    let (mut changed, mut rows) = (Vec::new(), Vec::new());
    for (object, a, b) in both {
        match (a.rows, b.rows) {
            (Some(before), Some(after)) if rows_differ(a, b) => rows.push(Rows {
                object: object.clone(),
                before,
                after,
                bytes_before: a.bytes,
                bytes_after: b.bytes,
            }),
            (None, None) if definitions_differ(a, b) => changed.push(object.clone()),
            _ => {}
        }
    }
    Diff {
        format: 1,
        same: came.is_empty() && went.is_empty() && changed.is_empty() && rows.is_empty(),
        came,
        went,
        changed,
        rows,
    }
}

fn by_object(toc: &Toc) -> BTreeMap<Object, Entries> {
    let mut all: BTreeMap<Object, Entries> = BTreeMap::new();
    for entry in &toc.entries {
        let entries = all.entry(object(&entry)).or_default();
        entries.digests.push((entry.digest, entry.bytes));
        entries.bytes += entry.bytes;
        if let Some(rows) = entry.rows {
            *entries.rows.get_or_insert(0) += rows;
        }
        if let Some(sum) = entry.sum {
            entries.sum = Some(entries.sum.unwrap_or_default().and(sum));
        }
    }
    all
}

fn object(entry: &TocEntry) -> Object {
    Object {
        kind: entry.kind.clone(),
        schema: entry.schema.clone(),
        name: entry.name.clone(),
        detail: entry.detail.clone(),
    }
}

/// By their sums where both archives have them: bytes depend on how rows were cut into statements.
fn rows_differ(a: &Entries, b: &Entries) -> bool {
    match (a.sum, b.sum) {
        (Some(before), Some(after)) => a.rows != b.rows || before != after,
        _ => a.rows != b.rows || a.bytes != b.bytes,
    }
}

fn definitions_differ(a: &Entries, b: &Entries) -> bool {
    let known = |entries: &Entries| entries.digests.iter().all(|(digest, _)| digest.is_some());
    if known(a) && known(b) {
        let digests = |entries: &Entries| {
            let mut digests: Vec<_> = entries
                .digests
                .iter()
                .map(|(digest, _)| digest.map(|check| check.0))
                .collect();
            digests.sort_unstable();
            digests
        };
        return digests(a) != digests(b);
    }
    a.bytes != b.bytes
}

impl Object {
    /// "kind schema.name detail"
    #[must_use]
    pub fn label(&self) -> String {
        let text = |text: &Text| String::from_utf8_lossy(&text.0).into_owned();
        let schema = self
            .schema
            .as_ref()
            .map_or_else(String::new, |schema| text(schema) + ".");
        let label = format!(
            "{} {schema}{} {}",
            self.kind,
            text(&self.name),
            text(&self.detail)
        );
        label.trim_end().to_owned()
    }
}
