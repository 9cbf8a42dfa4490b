//! Statements into frames: entries share a frame until it is full. Pure.

use bstr::ByteSlice as _;

use crate::archive::toc;
use crate::archive::writer::Part;
use crate::pipeline::header::comment_text;
use crate::plan::entry::{Body, Entry, Identity, Statement};
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

/// Packs statements: gives each frame when it is full, so that few are in memory.
#[derive(Debug)]
pub struct Packer {
    style: Style,
    open: Packed,
    /// The statements of one entry.
    sql: Vec<u8>,
}

impl Packer {
    /// Nothing is packed yet.
    #[must_use]
    pub fn new(style: Style) -> Self {
        let (open, sql) = Default::default();
        Self { style, open, sql }
    }

    /// Packs the statements of this entry behind those before; gives the frame that they don't go into
    /// any more. Entries of rows have none.
    pub fn add(&mut self, entry: &Entry) -> Option<Packed> {
        let Body::Statements(statements) = &entry.body else {
            return None;
        };
        self.sql.clear();
        render(entry, statements, self.style, &mut self.sql);
        let full =
            !self.open.sql.is_empty() && self.open.sql.len() + self.sql.len() > self.style.limit;
        let full = full.then(|| std::mem::take(&mut self.open));
        self.open.parts.push(Part {
            entry: entry.id,
            slice: 0,
            // A frame that is too large for this is refused when it is compressed.
            offset: u32::try_from(self.open.sql.len()).unwrap_or(u32::MAX),
            length: u32::try_from(self.sql.len()).unwrap_or(u32::MAX),
            rows: 0,
        });
        self.open.sql.extend_from_slice(&self.sql);
        full
    }

    /// The last frame, where there is one.
    #[must_use]
    pub fn end(self) -> Option<Packed> {
        Some(self.open).filter(|open| !open.parts.is_empty())
    }
}

fn render(entry: &Entry, statements: &[Statement], style: Style, sql: &mut Vec<u8>) {
    let label = label(entry.kind, &entry.identity);
    sql.extend_from_slice(b"-- ");
    sql.extend_from_slice(comment_text(&label, style.utf8).as_bytes());
    sql.push(b'\n');
    for statement in statements {
        style.dialect.write_statement(statement, sql);
    }
    sql.push(b'\n');
}

/// "kind schema.name detail", for comments and messages.
#[must_use]
pub fn label(kind: &str, identity: &Identity) -> String {
    let schema = identity.schema.as_ref().map(|schema| schema.as_bstr());
    let (name, detail) = (identity.name.as_bstr(), identity.detail.as_bstr());
    toc::label(kind, schema, name, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::entry::{EntryId, Section};

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
        let mut packer = Packer::new(style);
        let mut frames: Vec<Packed> = entries.iter().filter_map(|e| packer.add(e)).collect();
        frames.extend(packer.end());
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
