//! From planned entries to lines of the table of contents. Pure.

use crate::archive::toc::{Check, Text, TocEntry};
use crate::plan::entry::{Body, Entry, Section, Statement};

/// The entry's line, without its pieces: the writer knows those. `in_script`: a database's own
/// creation is part of the script; otherwise the line holds it.
#[must_use]
pub fn line(entry: &Entry, in_script: bool) -> TocEntry {
    let identity = &entry.identity;
    let statements: &[Statement] = match &entry.body {
        Body::Statements(statements) => statements,
        Body::Data(_) => &[],
    };
    let kept = entry.section == Section::Database && !in_script;
    let sql = if kept { statements } else { &[] };
    TocEntry {
        id: entry.id,
        kind: entry.kind.to_owned(),
        section: entry.section,
        schema: identity.schema.clone().map(Text),
        name: Text(identity.name.clone()),
        detail: Text(identity.detail.clone()),
        owner: identity.owner.clone().map(Text),
        needs: entry.needs.clone(),
        pieces: Vec::new(),
        rows: matches!(entry.body, Body::Data(_)).then_some(0),
        bytes: 0,
        sum: None,
        digest: (!statements.is_empty()).then(|| digest(statements)),
        sql: sql.iter().map(Text::from).collect(),
        drop: entry.drop.iter().map(Text::from).collect(),
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
