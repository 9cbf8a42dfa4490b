//! What differs between two archives, by their tables of contents alone. Pure.

use std::cmp::Ordering;
use std::hash::{BuildHasher as _, RandomState};

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

/// What an entry is compared by: of a hundred thousand tables there are six hundred thousand in two archives.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Of its object.
    key: [u64; 2],
    /// Of all that may differ.
    content: u64,
    place: usize,
}

/// The parts of one object.
type Parts<'a> = &'a [Part];

/// Compares two tables of contents.
#[must_use]
pub fn diff(a: &Toc, b: &Toc) -> Diff {
    let hashers = [RandomState::new(), RandomState::new()];
    let (of_a, of_b) = (parts(a, &hashers), parts(b, &hashers));
    let (mut went, mut came, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let (mut before, mut after) = (objects(&of_a).peekable(), objects(&of_b).peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(two)) => key(one).cmp(&key(two)),
        };
        match order {
            Ordering::Less => went.extend(before.next()),
            Ordering::Greater => came.extend(after.next()),
            Ordering::Equal => {
                let pair = before.next().zip(after.next());
                both.extend(pair.filter(|(one, two)| !contents(one).eq(contents(two))));
            }
        }
    }
    drop((before, after));
    // entries that lie beside each other are unpacked together
    both.sort_unstable_by_key(|(one, _)| place(one));
    let (mut changed, mut rows) = (Vec::new(), Vec::new());
    for (one, two) in both {
        let Some(object) = object_at(a, place(one)) else {
            continue;
        };
        let (one, two) = (Entries::of(a, one), Entries::of(b, two));
        match (one.rows, two.rows) {
            (Some(before), Some(after)) if rows_differ(&one, &two) => rows.push(Rows {
                object,
                before,
                after,
                bytes_before: one.bytes,
                bytes_after: two.bytes,
            }),
            (None, None) if definitions_differ(&one, &two) => changed.push(object),
            _ => {}
        }
    }
    changed.sort_unstable();
    rows.sort_unstable_by(|one, two| one.object.cmp(&two.object));
    let (came, went) = (named(b, came), named(a, went));
    Diff {
        format: 1,
        same: came.is_empty() && went.is_empty() && changed.is_empty() && rows.is_empty(),
        came,
        went,
        changed,
        rows,
    }
}

fn parts(toc: &Toc, [one, two]: &[RandomState; 2]) -> Vec<Part> {
    let mut parts = Vec::with_capacity(toc.entries.len());
    for (entry, place) in toc.entries.iter().zip(0..) {
        let object = (&entry.kind, &entry.schema, &entry.name, &entry.detail);
        let content = (entry.digest, entry.bytes, entry.rows, entry.sum);
        parts.push(Part {
            key: [one.hash_one(object), two.hash_one(object)],
            content: one.hash_one(content),
            place,
        });
    }
    parts.sort_unstable_by_key(|part| (part.key, part.content));
    parts
}

fn objects(parts: &[Part]) -> impl Iterator<Item = Parts<'_>> {
    parts.chunk_by(|one, two| one.key == two.key)
}

fn key(parts: Parts<'_>) -> Option<[u64; 2]> {
    parts.first().map(|part| part.key)
}

fn contents(parts: Parts<'_>) -> impl Iterator<Item = u64> {
    parts.iter().map(|part| part.content)
}

/// Where the first of them stands.
fn place(parts: Parts<'_>) -> usize {
    let places = parts.iter().map(|part| part.place);
    places.min().unwrap_or(usize::MAX)
}

/// What these are called, in the order of their names.
fn named(toc: &Toc, mut all: Vec<Parts<'_>>) -> Vec<Object> {
    all.sort_unstable_by_key(|parts| place(parts));
    let objects = all.into_iter().map(|parts| object_at(toc, place(parts)));
    let mut objects: Vec<Object> = objects.flatten().collect();
    objects.sort_unstable();
    objects
}

fn object_at(toc: &Toc, place: usize) -> Option<Object> {
    toc.entries.get(place).map(|entry| object(&entry))
}

impl Entries {
    fn of(toc: &Toc, parts: Parts<'_>) -> Self {
        let mut entries = Self::default();
        for entry in parts.iter().filter_map(|part| toc.entries.get(part.place)) {
            entries.digests.push((entry.digest, entry.bytes));
            entries.bytes += entry.bytes;
            if let Some(rows) = entry.rows {
                *entries.rows.get_or_insert(0) += rows;
            }
            if let Some(sum) = entry.sum {
                entries.sum = Some(entries.sum.unwrap_or_default().and(sum));
            }
        }
        entries
    }
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
