//! What sort of file it is.

use std::fs::File;
use std::io::Cursor;
use std::path::Path;

use super::compressed::{Input, cannot_read, fill, peek, plain};
use super::pgdump::{custom, tar};
use crate::error::{Error, Kind, Result};
use crate::sql::foreign::{Maker, begins_like_sql};

/// So much of a file is read to tell what it is: a block of bzip2 gives nothing before its end.
const PREFIX: u64 = 1 << 20;

/// So much of its text.
const HEAD: usize = 8 << 10;

/// What sort of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// One of our own archives, or something that nobody knows.
    Own,
    /// Plain SQL, by whom it is known.
    Script(Option<Maker>),
    /// pg_dump's custom format.
    Custom,
    /// pg_dump's tar format.
    Tar,
    /// pg_dump's directory format.
    Directory,
}

/// Tells what the file at this path is.
pub fn of_path(path: &Path) -> Result<Sort> {
    if path.is_dir() {
        return Ok(Sort::Directory);
    }
    let file = File::open(path).map_err(cannot_read)?;
    let (prefix, _) = peek(Box::new(file), PREFIX)?;
    of_bytes(&prefix)
}

/// Tells what comes through a pipe; gives it back whole.
pub fn of_stream(input: Input) -> Result<(Sort, Input)> {
    let (prefix, whole) = peek(input, PREFIX)?;
    Ok((of_bytes(&prefix)?, whole))
}

fn of_bytes(prefix: &[u8]) -> Result<Sort> {
    if prefix.starts_with(custom::MAGIC) {
        return Ok(Sort::Custom);
    }
    if tar::is_tar(prefix) {
        return Ok(Sort::Tar);
    }
    // What can't be decompressed is for our own reader to complain about.
    let head = head_of(prefix).unwrap_or_default();
    if head.starts_with(b"-- dumpkeep") {
        return Ok(Sort::Own);
    }
    if head.starts_with(b"<?xml") {
        let what = "the file is XML, as mysqldump --xml writes it: no server reads its definitions";
        return Err(Error::new(Kind::Usage, what).hint(
            "Dump again without --xml; or load its rows into tables that are there: LOAD XML, table by table.",
        ));
    }
    Ok(match Maker::detect(&head) {
        Some(maker) => Sort::Script(Some(maker)),
        None if begins_like_sql(&head) => Sort::Script(None),
        None => Sort::Own,
    })
}

fn head_of(prefix: &[u8]) -> Option<Vec<u8>> {
    let (_, mut text) = plain(Box::new(Cursor::new(prefix.to_vec()))).ok()?;
    let mut head = Vec::new();
    // The prefix may end inside a block: what came before that counts.
    let _ = fill(&mut text, &mut head, HEAD);
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_beginning() {
        for (start, sort) in [
            (&b"PGDMP\x01\x0e"[..], Sort::Custom),
            (b"-- dumpkeep 1\n", Sort::Own),
            (b"", Sort::Own),
            (b"hello", Sort::Own),
            (b"\xff\xd8\xff", Sort::Own),
            (b"-- MySQL dump 10\n", Sort::Script(Some(Maker::MysqlDump))),
            (b"\n-- x\nSET a = 1;", Sort::Script(None)),
        ] {
            let told = of_bytes(start).ok();
            assert_eq!(told, Some(sort), "{}", start.escape_ascii());
        }
        let refused = of_bytes(b"<?xml version=\"1.0\"?>\n<mysqldump>");
        let said = refused.map_or_else(|error| error.report(), |_| String::new());
        assert!(said.contains("without --xml"), "{said}");
    }
}
