//! An archive of pg_dump, opened: its table of contents, and the data of each entry as a stream.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::custom::Blocks;
use super::entry::{self, Entry};
use super::head::{self, Head};
use super::primitive::{Source, broken};
use super::tar::Members;
use super::{custom, directory};
use crate::error::{Context as _, Error, Kind, Result};
use crate::foreign::compressed::{Input, cannot_read, plain};
use crate::foreign::sort::Sort;

/// Takes a large object: its number and its contents.
pub(super) type Take<'a> = dyn FnMut(u32, &mut dyn Read) -> Result<()> + 'a;

/// So long is a line of a large objects' list.
const MAX_LINE: u64 = 1000;

/// A pg_dump archive.
#[derive(Debug)]
pub struct PgDump {
    /// What the header says.
    pub head: Head,
    /// The table of contents, in the order in which it restores.
    pub entries: Vec<Entry>,
    store: Store,
    /// The file's length; of a folder that of its table of contents.
    pub length: u64,
}

#[derive(Debug)]
enum Store {
    Custom(Arc<File>, Blocks),
    Tar(Arc<File>, Members),
    Directory(PathBuf),
}

/// An entry's data.
pub enum Data {
    /// It has none.
    None,
    /// What follows `COPY … FROM stdin`, with the line that ends it; or `INSERT` statements.
    Rows(Input),
    /// Large objects: read them by [`PgDump::objects`].
    Objects,
}

/// Reads header and entries alone.
pub fn read_toc(input: impl Read) -> Result<(Head, Vec<Entry>, u64)> {
    let mut source = Source::new(input);
    let head = head::read(&mut source)?;
    let entries = entry::read_all(&mut source, &head)?;
    Ok((head, entries, source.taken))
}

impl PgDump {
    /// Opens the archive at this path.
    pub fn open(path: &Path, sort: Sort) -> Result<Self> {
        Self::of(path, sort).while_with(|| format!("reading {}", path.display()))
    }

    fn of(path: &Path, sort: Sort) -> Result<Self> {
        match sort {
            Sort::Custom => Self::custom(path),
            Sort::Tar => Self::tar(path),
            Sort::Directory => Self::directory(path),
            Sort::Own | Sort::Script(_) => Err(broken("it is none")),
        }
    }

    fn custom(path: &Path) -> Result<Self> {
        let file = Arc::new(File::open(path).map_err(cannot_read)?);
        let length = file.metadata().map_err(cannot_read)?.len();
        let (head, entries, end) = read_toc(BufReader::new(&*file))?;
        expect(head.format == custom::FORMAT)?;
        let blocks = Blocks::find(&file, &head, &entries, end)?;
        Ok(Self {
            head,
            entries,
            store: Store::Custom(file, blocks),
            length,
        })
    }

    fn tar(path: &Path) -> Result<Self> {
        let file = Arc::new(File::open(path).map_err(cannot_read)?);
        let length = file.metadata().map_err(cannot_read)?.len();
        let members = Members::read(&file)?;
        let toc = members.open(&file, b"toc.dat")?;
        let toc = toc.ok_or_else(|| broken("the tar holds no toc.dat"))?;
        let (head, entries, _) = read_toc(BufReader::new(toc))?;
        expect(head.format != custom::FORMAT)?;
        let store = Store::Tar(file, members);
        Ok(Self {
            head,
            entries,
            store,
            length,
        })
    }

    fn directory(folder: &Path) -> Result<Self> {
        let toc = folder.join("toc.dat");
        let file = File::open(&toc).map_err(|cause| {
            let what = format!("{} is a folder, and none of pg_dump's", folder.display());
            Error::new(Kind::Archive, what).cause(cause)
        })?;
        let length = file.metadata().map_err(cannot_read)?.len();
        let (head, entries, _) = read_toc(BufReader::new(file))?;
        expect(head.format != custom::FORMAT)?;
        Ok(Self {
            head,
            entries,
            store: Store::Directory(folder.to_owned()),
            length,
        })
    }

    /// The format's name.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        match &self.store {
            Store::Custom(..) => "custom",
            Store::Tar(..) => "tar",
            Store::Directory(_) => "directory",
        }
    }

    /// The data of an entry.
    pub fn data(&self, entry: &Entry) -> Result<Data> {
        if entry.kind == "BLOBS" {
            return Ok(Data::Objects);
        }
        if !entry.has_data {
            return Ok(Data::None);
        }
        let rows = match &self.store {
            Store::Custom(file, blocks) => blocks.rows(file, entry)?,
            _ if entry.file.is_empty() => None,
            _ => Some(self.member(&entry.file)?),
        };
        Ok(rows.map_or(Data::None, Data::Rows))
    }

    /// The length of an entry's data, compressed; 0 where it is not told.
    #[must_use]
    pub fn size(&self, entry: &Entry) -> u64 {
        match &self.store {
            Store::Custom(_, blocks) => blocks.size(entry, self.length),
            Store::Tar(..) => 0,
            Store::Directory(folder) => directory::size(folder, &entry.file),
        }
    }

    /// The large objects of an entry, one after the other.
    pub fn objects(&self, entry: &Entry, take: &mut Take<'_>) -> Result<()> {
        if let Store::Custom(file, blocks) = &self.store {
            return blocks.objects(file, entry, take);
        }
        let mut list = BufReader::new(self.list_of_objects(entry)?);
        loop {
            let mut line = String::new();
            let read = (&mut list).take(MAX_LINE).read_line(&mut line);
            if read.map_err(cannot_read)? == 0 {
                return Ok(());
            }
            let parsed = line.trim_end().split_once(' ');
            let parsed = parsed.and_then(|(oid, file)| Some((oid.parse().ok()?, file)));
            let (oid, file) = parsed.ok_or_else(|| broken("its list of large objects"))?;
            take(oid, &mut self.member(file.as_bytes())?)?;
        }
    }

    /// The list has a name of its own: one for each entry since archive version 1.16, and one for all
    /// before. (The tar format's table of contents calls it by a name that is not there.)
    fn list_of_objects(&self, entry: &Entry) -> Result<Input> {
        let own = format!("blobs_{}.toc", entry.id);
        for name in [own.as_bytes(), b"blobs.toc"] {
            if let Some(list) = self.find(name)? {
                return Ok(list);
            }
        }
        self.member(&entry.file)
    }

    /// A data file's text, by whatever name it is compressed.
    fn member(&self, name: &[u8]) -> Result<Input> {
        let missing = || {
            let name = String::from_utf8_lossy(name);
            broken(format!("its data file {name} is missing"))
        };
        self.find(name)?.ok_or_else(missing)
    }

    fn find(&self, name: &[u8]) -> Result<Option<Input>> {
        for ending in directory::ENDINGS {
            let name = [name, ending.as_bytes()].concat();
            let found = match &self.store {
                Store::Tar(file, members) => members.open(file, &name)?,
                Store::Directory(folder) => directory::open(folder, &name)?,
                Store::Custom(..) => None,
            };
            if let Some(input) = found {
                // By its name, not by its first bytes: rows may begin with anything.
                return if ending.is_empty() {
                    Ok(Some(input))
                } else {
                    plain(input).map(|(_, text)| Some(text))
                };
            }
        }
        Ok(None)
    }
}

fn expect(format: bool) -> Result<()> {
    if format {
        Ok(())
    } else {
        Err(broken("its header is that of another format"))
    }
}
