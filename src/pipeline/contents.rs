//! From planned entries to lines of the table of contents. Pure.

use crate::archive::toc::{Check, Text, TocEntry};
use crate::plan::entry::{Body, Entry, Method, Section, Statement};

/// The entry's line, without its pieces: the writer knows those. `in_script`: a database's own
/// creation is part of the script; otherwise the line holds it.
#[must_use]
pub fn line(entry: Entry, in_script: bool) -> TocEntry {
    let Entry { identity, .. } = entry;
    let in_turn =
        matches!(&entry.body, Body::Data(data) if matches!(data.method, Method::Versions(_)));
    let (rows, statements) = match entry.body {
        Body::Statements(statements) => (None, statements),
        Body::Data(_) => (Some(0), Vec::new()),
    };
    let digest = (!statements.is_empty()).then(|| digest(&statements));
    let kept = entry.section == Section::Database && !in_script;
    let sql = if kept { statements } else { Vec::new() };
    TocEntry {
        id: entry.id,
        kind: entry.kind.to_owned(),
        section: entry.section,
        schema: identity.schema.map(Text),
        name: Text(identity.name),
        detail: Text(identity.detail),
        owner: identity.owner.map(Text),
        needs: entry.needs,
        pieces: Vec::new(),
        rows,
        in_turn,
        bytes: 0,
        sum: None,
        digest,
        sql: sql.into_iter().map(Text::from).collect(),
        drop: entry.drop.into_iter().map(Text::from).collect(),
    }
}

/// Tells definitions apart without reading them.
fn digest(statements: &[Statement]) -> Check {
    let mut sql = Vec::new();
    for statement in statements {
        sql.extend_from_slice(&statement.text);
        sql.extend_from_slice(b";\n");
    }
    Check::of(&sql)
}
