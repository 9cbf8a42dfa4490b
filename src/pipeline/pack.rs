//! Statements into frames: entries share a frame until it is full. Pure.

use bstr::ByteSlice as _;

use crate::archive::toc;
use crate::archive::writer::Part;
use crate::pipeline::header::comment_text;
use crate::plan::entry::{Body, Entry, Statement};
use crate::sql::dialect::Dialect;

/// A frame of whole statements and whose they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// The SQL.
    pub sql: Vec<u8>,
    /// Its parts, in order, without a gap.
    pub parts: Vec<Part>,
}

/// How statements are written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whose SQL it is.
    pub dialect: Dialect,
    /// Whether comments may hold UTF-8.
    pub utf8: bool,
    /// The size at which a frame is full, in bytes.
    pub limit: usize,
}

/// Packs the statements of these entries, in their order. Entries of rows have none.
#[must_use]
pub fn pack<'a>(entries: impl IntoIterator<Item = &'a Entry>, style: Style) -> Vec<Packed> {
    let mut full = Vec::new();
    let mut open = Packed::default();
    for entry in entries {
        let Body::Statements(statements) = &entry.body else {
            continue;
        };
        let sql = render(entry, statements, style);
        if !open.sql.is_empty() && open.sql.len() + sql.len() > style.limit {
            full.push(std::mem::take(&mut open));
        }
        open.parts.push(Part {
            entry: entry.id,
            slice: 0,
            // A frame that is too large for this is refused when it is compressed.
            offset: u32::try_from(open.sql.len()).unwrap_or(u32::MAX),
            length: u32::try_from(sql.len()).unwrap_or(u32::MAX),
            rows: 0,
        });
        open.sql.extend_from_slice(&sql);
    }
    if !open.parts.is_empty() {
        full.push(open);
    }
    full
}

fn render(entry: &Entry, statements: &[Statement], style: Style) -> Vec<u8> {
    let label = comment_text(&label(entry), style.utf8);
    let mut sql = format!("-- {label}\n").into_bytes();
    for statement in statements {
        style.dialect.write_statement(statement, &mut sql);
    }
    sql.push(b'\n');
    sql
}

/// "kind schema.name detail", for comments and messages.
#[must_use]
pub fn label(entry: &Entry) -> String {
    let identity = &entry.identity;
    let schema = identity.schema.as_ref().map(|schema| schema.as_bstr());
    let (name, detail) = (identity.name.as_bstr(), identity.detail.as_bstr());
    toc::label(entry.kind, schema, name, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::entry::{EntryId, Identity, Section};

    fn entry(id: u32, text: &str) -> Entry {
        Entry {
            id: EntryId(id),
            kind: "table",
            section: Section::PreData,
            rank: 0,
            identity: Identity {
                name: format!("t{id}").into(),
                ..Identity::default()
            },
            needs: Vec::new(),
            body: Body::Statements(vec![Statement::new(text)]),
            drop: Vec::new(),
        }
    }

    #[test]
    fn small_entries_share_a_frame_and_cover_it() {
        let entries = [entry(1, "a"), entry(2, "b"), entry(3, "c")];
        let style = Style {
            dialect: Dialect::Postgres,
            utf8: true,
            limit: 36,
        };
        let frames = pack(&entries, style);
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[0].sql, b"-- table t1\na;\n\n-- table t2\nb;\n\n");
        for frame in &frames {
            let mut at = 0;
            for part in &frame.parts {
                assert_eq!(part.offset, at);
                at += part.length;
            }
            assert_eq!(at as usize, frame.sql.len());
        }
    }
}
