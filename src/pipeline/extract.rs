//! One table's rows out of an archive, as CSV or JSON lines: only its own frames are read. Of a table whose
//! past is made again by a clock (`TocEntry::in_turn`) they are those that are there at the end.

use std::io::{Read, Seek, Write};
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};
use memchr::memchr;

use crate::archive::reader::Reader;
use crate::archive::toc::{Text, Toc, TocEntry};
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::fetch::Frames;
use crate::plan::pattern::Pattern;
use crate::sql::dialect::Dialect;
use crate::sql::split::{Item, Splitter};
use crate::sql::values::{Value, copy_columns, copy_row, insert};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180 with a line of names: NULL is empty, an empty text is `""`.
    Csv,
    /// One JSON object a row, values as texts.
    Jsonl,
}

/// Writes the rows of the one table that the pattern names.
pub fn extract<R: Read + Seek>(
    reader: Reader<R>,
    table: &str,
    format: Format,
    out: &mut impl Write,
) -> Result<u64> {
    let entry = the_table(reader.toc(), table)?;
    let dialect = reader.toc().head.dialect;
    let mut frames = Frames::new(reader);
    let mut rows = Rows {
        out,
        format,
        columns: None,
        written: 0,
        group: entry.in_turn.then(Group::default),
    };
    for piece in &entry.pieces {
        let sql = frames.piece(*piece)?;
        rows.script(dialect, &sql)
            .while_with(|| format!("reading {}", entry.label()))?;
    }
    let failed = |cause| Error::new(Kind::Io, "cannot write the rows").cause(cause);
    rows.out.flush().map_err(failed)?;
    Ok(rows.written)
}

fn the_table(toc: &Toc, table: &str) -> Result<Arc<TocEntry>> {
    let pattern = Pattern::table(toc.head.dialect, table)?;
    let rows = (0..toc.entries.len()).filter(|at| toc.entries.kind(*at) == "table_data");
    let rows = rows.filter_map(|at| toc.entries.get(at));
    let mut found = rows.filter(|entry| {
        let schema = entry.schema.as_ref().map_or(&b""[..], |schema| &schema.0);
        pattern.matches(schema, &entry.name.0)
    });
    let usage = |what: String| Error::new(Kind::Usage, what);
    let Some(entry) = found.next() else {
        let error = usage(format!("the archive holds no rows of a table \"{table}\""));
        return Err(error.hint("`dumpkeep show` lists what the archive holds."));
    };
    match found.next() {
        None => Ok(entry),
        Some(other) => {
            let (one, two) = (entry.label(), other.label());
            Err(usage(format!(
                "\"{table}\" is more than one table: {one}, {two}"
            )))
        }
    }
}

struct Rows<'a, W: Write> {
    out: &'a mut W,
    format: Format,
    columns: Option<Vec<BString>>,
    written: u64,
    /// Of rows that may be deleted again.
    group: Option<Group>,
}

/// Rows that were inserted at one time: whether they are past is said behind them, in the same frame.
#[derive(Default)]
struct Group {
    lines: Vec<u8>,
    rows: u64,
    /// The clock was set since.
    over: bool,
}

impl<W: Write> Rows<'_, W> {
    fn script(&mut self, dialect: Dialect, sql: &[u8]) -> Result<()> {
        let mut splitter = Splitter::new(dialect);
        splitter.push(sql);
        splitter.end();
        let mut rest = Vec::new();
        while let Some(item) = splitter.next()? {
            match item {
                Item::CopyBegin(piece) => self.names(copy_columns(piece.text)?)?,
                Item::CopyData(data) => {
                    rest.extend_from_slice(data);
                    self.lines(&mut rest)?;
                }
                Item::Statement(piece) => {
                    if let Some((columns, rows)) = insert(dialect, piece.text)? {
                        if self.group.as_ref().is_some_and(|group| group.over) {
                            self.settle()?;
                        }
                        self.names(columns)?;
                        rows.iter().try_for_each(|row| self.row(row))?;
                    } else if let Some(group) = &mut self.group {
                        match piece.text {
                            text if text.starts_with(b"DELETE FROM ") => *group = Group::default(),
                            text if text.starts_with(b"SET timestamp=") => group.over = true,
                            _ => {}
                        }
                    }
                }
                Item::CopyEnd { .. } | Item::Meta(_) => {}
            }
        }
        self.settle()
    }

    /// Writes the rows of a group that was not deleted.
    fn settle(&mut self) -> Result<()> {
        let Some(group) = self.group.as_mut().map(std::mem::take) else {
            return Ok(());
        };
        self.written += group.rows;
        self.write(&group.lines)
    }

    /// The whole lines; what is left waits for more.
    fn lines(&mut self, data: &mut Vec<u8>) -> Result<()> {
        let mut start = 0;
        while let Some(length) = memchr(b'\n', data.get(start..).unwrap_or_default()) {
            let line = data.get(start..start + length).unwrap_or_default();
            // A table without columns has empty lines.
            let no_columns = self.columns.as_ref().is_some_and(Vec::is_empty);
            let row = if no_columns {
                Vec::new()
            } else {
                copy_row(line)?
            };
            self.row(&row)?;
            start += length + 1;
        }
        data.drain(..start);
        Ok(())
    }

    fn names(&mut self, columns: Vec<BString>) -> Result<()> {
        if self.columns.is_none() && self.format == Format::Csv {
            let names: Vec<_> = columns.iter().cloned().map(Value::Text).collect();
            self.write(&csv(&names))?;
        }
        self.columns = Some(columns);
        Ok(())
    }

    fn row(&mut self, row: &[Value]) -> Result<()> {
        let columns = self.columns.as_deref().unwrap_or_default();
        if row.len() != columns.len() {
            let what = format!("a row has {} values, not {}", row.len(), columns.len());
            return Err(Error::new(Kind::Archive, what));
        }
        let line = match self.format {
            Format::Csv => csv(row),
            Format::Jsonl => json(columns, row)?,
        };
        if let Some(group) = &mut self.group {
            group.rows += 1;
            group.lines.extend_from_slice(&line);
            return Ok(());
        }
        self.written += 1;
        self.write(&line)
    }

    fn write(&mut self, line: &[u8]) -> Result<()> {
        let failed = |cause| Error::new(Kind::Io, "cannot write the rows").cause(cause);
        self.out.write_all(line).map_err(failed)
    }
}

/// Bytes are hexadecimal digits behind `0x`.
fn plain(value: &Value) -> Option<BString> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Bytes(bytes) => Some(format!("0x{}", const_hex::encode(bytes)).into()),
    }
}

fn csv(row: &[Value]) -> Vec<u8> {
    let mut line = Vec::new();
    for (at, value) in row.iter().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        let Some(text) = plain(value) else {
            continue;
        };
        if text.is_empty() || text.find_byteset(b",\"\r\n").is_some() {
            line.push(b'"');
            line.extend_from_slice(&text.replace(b"\"", b"\"\""));
            line.push(b'"');
        } else {
            line.extend_from_slice(&text);
        }
    }
    line.extend_from_slice(b"\r\n");
    line
}

fn json(columns: &[BString], row: &[Value]) -> Result<Vec<u8>> {
    let failed = |cause| Error::new(Kind::Internal, "cannot write JSON").cause(cause);
    let mut line = b"{".to_vec();
    for (at, (column, value)) in columns.iter().zip(row).enumerate() {
        if at > 0 {
            line.push(b',');
        }
        let name = column.to_str_lossy();
        serde_json::to_writer(&mut line, &name).map_err(failed)?;
        line.push(b':');
        serde_json::to_writer(&mut line, &plain(value).map(Text)).map_err(failed)?;
    }
    line.extend_from_slice(b"}\n");
    Ok(line)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn null_and_empty_are_told_apart() {
        let row = [
            Value::Null,
            text(""),
            text("a,\"b\"\n"),
            Value::Bytes(vec![0, 255]),
        ];
        assert_eq!(csv(&row), b",\"\",\"a,\"\"b\"\"\n\",0x00ff\r\n");
        let columns = ["a", "b", "c\"", "d"].map(BString::from);
        let line = String::from_utf8(json(&columns, &row).unwrap()).unwrap();
        assert_eq!(
            line,
            "{\"a\":null,\"b\":\"\",\"c\\\"\":\"a,\\\"b\\\"\\n\",\"d\":\"0x00ff\"}\n"
        );
    }
}
