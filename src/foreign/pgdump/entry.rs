//! The table of contents of a pg_dump archive.

use std::io::Read;

use bstr::{BString, ByteSlice as _};

use super::head::Head;
use super::primitive::{Offset, Source, broken};
use crate::error::Result;
use crate::plan::entry::Section;

/// So many entries are believed.
const MAX_ENTRIES: i64 = 50_000_000;

/// So many dependencies of one entry are believed.
const MAX_NEEDS: usize = 10_000_000;

/// One object, or one table's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the archive.
    pub id: i32,
    /// Whether it has data.
    pub(super) has_data: bool,
    /// Its name, or what it is about: "TABLE t".
    pub tag: BString,
    /// Its kind: "TABLE DATA".
    pub kind: String,
    /// The section that it says.
    pub section: Option<Section>,
    /// The statements that make it.
    pub definition: BString,
    /// What removes it.
    pub drop: BString,
    /// `COPY … FROM stdin;`, for rows that come that way.
    pub copy: BString,
    /// The schema.
    pub schema: BString,
    /// The tablespace, where it has one.
    pub tablespace: Option<BString>,
    /// The access method, where it is told.
    pub access_method: Option<BString>,
    /// The letter of pg_class.relkind; 0 where it is not told.
    pub relation_kind: u8,
    /// The owner.
    pub owner: BString,
    /// `WITH OIDS`.
    pub oids: bool,
    /// The entries that it needs.
    pub needs: Vec<i32>,
    /// Where in the custom format its data are.
    pub(super) offset: Offset,
    /// The file in tar and directory that holds them.
    pub(super) file: BString,
}

/// Reads all entries.
pub(super) fn read_all<R: Read>(source: &mut Source<R>, head: &Head) -> Result<Vec<Entry>> {
    let count = source.int()?;
    if !(0..=MAX_ENTRIES).contains(&count) {
        return Err(broken(format!("{count} entries")));
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(read(source, head)?);
    }
    Ok(entries)
}

fn read<R: Read>(source: &mut Source<R>, head: &Head) -> Result<Entry> {
    let id = small(source.int()?)?;
    let has_data = source.int()? != 0;
    let _catalog = source.text()?;
    let _oid = source.text()?;
    let tag = source.some_text()?;
    let kind = source.some_text()?.to_str_lossy().into_owned();
    let section = section(source.int()?);
    let definition = source.some_text()?;
    let drop = source.some_text()?;
    let copy = source.some_text()?;
    let schema = source.some_text()?;
    let tablespace = source.text()?;
    let access_method = if head.since(14) { source.text()? } else { None };
    let relation_kind = if head.since(16) { source.int()? } else { 0 };
    let owner = source.some_text()?;
    let oids = source.some_text()? == "true";
    let needs = needs(source)?;
    let (offset, file) = if head.format == super::custom::FORMAT {
        (source.offset()?, BString::default())
    } else {
        (Offset::Unknown, source.some_text()?)
    };
    Ok(Entry {
        id,
        has_data,
        tag,
        kind,
        section,
        definition,
        drop,
        copy,
        schema,
        tablespace,
        access_method,
        relation_kind: u8::try_from(relation_kind).unwrap_or(0),
        owner,
        oids,
        needs,
        offset,
        file,
    })
}

fn section(number: i64) -> Option<Section> {
    match number {
        2 => Some(Section::PreData),
        3 => Some(Section::Data),
        4 => Some(Section::PostData),
        _ => None,
    }
}

fn needs<R: Read>(source: &mut Source<R>) -> Result<Vec<i32>> {
    let mut needs = Vec::new();
    while let Some(text) = source.text()? {
        let number = text.to_str().ok().and_then(|text| text.parse().ok());
        needs.push(number.ok_or_else(|| broken("a dependency is no number"))?);
        if needs.len() > MAX_NEEDS {
            return Err(broken("an entry needs too many others"));
        }
    }
    Ok(needs)
}

pub(super) fn small(number: i64) -> Result<i32> {
    i32::try_from(number).map_err(|_| broken(format!("{number} is no entry's number")))
}
