//! What another dumper's file is, and whether it can be read to its end.

use std::io;

use super::file::ForeignFile;
use super::script::whole;
use crate::archive::toc::Toc;
use crate::error::Result;
use crate::foreign::compressed::{Input, fill};
use crate::foreign::ending::Ending;
use crate::foreign::pgdump::{Data, PgDump};
use crate::sql::dialect::Dialect;
use crate::sql::foreign::Maker;
use crate::sql::insert;
use crate::sql::split::{Item, Splitter};

/// So much is read at once, in bytes.
const CHUNK: usize = 512 << 10;

/// What a file is, for whoever shows it.
#[derive(Debug)]
pub enum About {
    /// A script, and who wrote it: there is no table of contents in one.
    Script(Option<Maker>),
    /// pg_dump's archive: its format, archive version, and contents in our own form.
    PgDump(String, Box<Toc>, u64),
}

/// Tells what a file is.
pub fn about(file: &ForeignFile) -> Result<About> {
    Ok(match file {
        ForeignFile::Script { maker, .. } => About::Script(*maker),
        ForeignFile::PgDump(archive) => {
            let version = archive.head.version_text();
            let what = format!(
                "pg_dump, {} format, archive version {version}",
                archive.format_name()
            );
            About::PgDump(what, Box::new(archive.contents()?.0), archive.length)
        }
    })
}

/// Reads a file to its end; says what it is and what it holds. Takes its time: not for async threads.
pub fn verify(file: ForeignFile) -> Result<String> {
    match file {
        ForeignFile::Script { input, maker } => script(input, maker),
        ForeignFile::PgDump(archive) => pg_dump(&archive),
    }
}

fn script(mut input: Input, maker: Option<Maker>) -> Result<String> {
    let dialect = maker.map_or(Dialect::Postgres, Maker::dialect);
    let mut counted = Counted::new(dialect);
    let mut ending = Ending::default();
    let mut piece = Vec::new();
    loop {
        fill(&mut input, &mut piece, CHUNK)?;
        if piece.is_empty() {
            break;
        }
        ending.push(&piece);
        counted.push(&piece)?;
    }
    counted.end()?;
    let name = match maker {
        Some(maker) => {
            whole(&ending, maker)?;
            maker.name()
        }
        None => "an unknown dumper",
    };
    let (statements, rows) = (counted.statements, counted.rows);
    Ok(format!(
        "script of {name}: {statements} statements, {rows} rows"
    ))
}

fn pg_dump(archive: &PgDump) -> Result<String> {
    let mut rows = 0;
    for entry in &archive.entries {
        match archive.data(entry)? {
            Data::None => {}
            Data::Rows(mut input) => {
                let mut counted = Counted::new(Dialect::Postgres);
                counted.push(&entry.copy)?;
                let mut piece = Vec::new();
                loop {
                    fill(&mut input, &mut piece, CHUNK)?;
                    if piece.is_empty() {
                        break;
                    }
                    counted.push(&piece)?;
                }
                counted.end()?;
                rows += counted.rows;
            }
            Data::Objects => archive.objects(entry, &mut |_, contents| {
                rows += 1;
                let read = io::copy(contents, &mut io::sink());
                read.map(drop)
                    .map_err(crate::foreign::compressed::cannot_read)
            })?,
        }
    }
    let (format, version) = (archive.format_name(), archive.head.version_text());
    let entries = archive.entries.len();
    Ok(format!(
        "pg_dump's {format} format {version}: {entries} entries, {rows} rows"
    ))
}

/// Counts what a script holds.
struct Counted {
    dialect: Dialect,
    splitter: Splitter,
    statements: u64,
    rows: u64,
}

impl Counted {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            splitter: Splitter::new(dialect),
            statements: 0,
            rows: 0,
        }
    }

    fn push(&mut self, piece: &[u8]) -> Result<()> {
        self.splitter.push(piece);
        self.count()
    }

    fn end(&mut self) -> Result<()> {
        self.splitter.end();
        self.count()
    }

    fn count(&mut self) -> Result<()> {
        while let Some(item) = self.splitter.next()? {
            match item {
                Item::Statement(piece) => {
                    self.statements += 1;
                    self.rows += insert::rows(self.dialect, piece.text).unwrap_or(0);
                }
                Item::CopyBegin(_) => self.statements += 1,
                Item::CopyEnd { lines } => self.rows += lines,
                Item::CopyData(_) | Item::Meta(_) => {}
            }
        }
        Ok(())
    }
}
