//! The table of contents as bytes, and what must hold in it before anything is believed. Pure.

use std::cell::RefCell;
use std::{fmt, io};

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::archive::entries::{Filling, TocEntries};
use crate::archive::toc::{FORMAT, FrameInfo, Head, Piece, Toc, TocEntry};
use crate::error::{Error, Kind, Result};

/// The most that a table of contents may decompress to, in bytes.
pub(crate) const MAX_TOC: u64 = 2 << 30;

/// The bytes of an archive that are not what they should be: says what and where.
pub(crate) fn broken(offset: u64, what: impl std::fmt::Display) -> Error {
    Error::new(Kind::Archive, format!("at byte {offset}: {what}"))
}

/// What stands in front of the entries in the document.
pub(crate) type Front<'a> = (&'a Head, &'a str, &'a [FrameInfo]);

/// Writes the document as JSON without a line feed and in ASCII: it may stand in an SQL comment. Its
/// entries are taken one by one. Gives its length in bytes.
///
/// The error is `Unsupported` where it would be longer than [`MAX_TOC`], which no reader takes; or that of
/// an entry.
pub(crate) fn write_json(
    (head, digest, frames): Front<'_>,
    entries: impl Iterator<Item = Result<TocEntry>>,
    out: impl io::Write,
) -> Result<u64> {
    let mut failed = None;
    let mut entries = entries.map_while(|entry| match entry {
        Ok(entry) => Some(entry),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    let document = Document {
        head,
        digest,
        frames,
        entries: Lines(RefCell::new(&mut entries)),
    };
    let mut counted = Counted { out, length: 0 };
    let mut serializer = serde_json::Serializer::with_formatter(&mut counted, Ascii);
    let written = document.serialize(&mut serializer);
    if let Some(error) = failed {
        return Err(error);
    }
    written.map_err(|error| {
        Error::new(Kind::Internal, "cannot write the table of contents").cause(error)
    })?;
    if counted.length > MAX_TOC {
        let what = format!(
            "a table of contents of {} bytes is too large",
            counted.length
        );
        return Err(Error::new(Kind::Unsupported, what));
    }
    Ok(counted.length)
}

/// A table of contents whose entries come one by one.
#[derive(Serialize)]
struct Document<'a> {
    head: &'a Head,
    digest: &'a str,
    frames: &'a [FrameInfo],
    entries: Lines<'a>,
}

struct Lines<'a>(RefCell<&'a mut dyn Iterator<Item = TocEntry>>);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(&mut **self.0.borrow_mut())
    }
}

/// Counts what passes.
struct Counted<W> {
    out: W,
    length: u64,
}

impl<W: io::Write> io::Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.length += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A whole table of contents, of what gives its entries away; it begins at the byte that comes with it.
pub(crate) fn whole(read: impl FnOnce(Take<'_>) -> Result<(u64, Toc)>) -> Result<Toc> {
    let mut entries = Filling::default();
    let mut failed = None;
    let (at, mut toc) = read(&mut |entry| {
        if failed.is_none() {
            failed = entries.push(entry).err();
        }
    })?;
    toc.entries = match failed {
        None => entries.end()?,
        Some(error) => return Err(error),
    };
    check_entries(&toc, at)?;
    Ok(toc)
}

/// Takes the entries of a document, one by one.
pub(crate) type Take<'a> = &'a mut dyn FnMut(TocEntry);

/// Reads the document, which begins at byte `offset`: `version` is what the file says around it. Its
/// entries are given away, not checked ([`check_entries`]), and missing in what comes back.
pub(crate) fn from_json(json: &[u8], version: u32, offset: u64, take: Take<'_>) -> Result<Toc> {
    let json = serde_json::Deserializer::from_slice(json);
    parsed(version, offset, json, take)
}

/// The same of a document that is not whole in memory: slower, and for long ones.
pub(crate) fn read_json(
    json: impl io::Read,
    version: u32,
    offset: u64,
    take: Take<'_>,
) -> Result<Toc> {
    let json = io::BufReader::with_capacity(1 << 16, json);
    parsed(
        version,
        offset,
        serde_json::Deserializer::from_reader(json),
        take,
    )
}

fn parsed<'de, R: serde_json::de::Read<'de>>(
    version: u32,
    offset: u64,
    mut json: serde_json::Deserializer<R>,
    take: Take<'_>,
) -> Result<Toc> {
    if version != FORMAT {
        return Err(broken(
            offset,
            format!("the archive has format {version}, and this program reads {FORMAT}"),
        )
        .hint("Use the version of dumpkeep that wrote it, or a newer one."));
    }
    let toc = json.deserialize_map(Reading { take });
    let toc = toc.and_then(|toc| json.end().map(|()| toc));
    let toc =
        toc.map_err(|error| broken(offset, "the table of contents is broken").cause(error))?;
    if toc.head.format != version {
        return Err(broken(offset, "the table of contents is of another format"));
    }
    check_frames(&toc.frames, offset)?;
    Ok(toc)
}

/// Reads a document and gives its entries away.
struct Reading<'a> {
    take: Take<'a>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Field {
    Head,
    Digest,
    Frames,
    Entries,
    #[serde(other)]
    Other,
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Toc;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of contents")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> std::result::Result<Toc, A::Error> {
        let (mut head, mut digest, mut frames, mut entries) = (None, None, None, None);
        while let Some(field) = map.next_key()? {
            let twice = match field {
                Field::Head => head.replace(map.next_value()?).map(|_: Head| "head"),
                Field::Digest => digest.replace(map.next_value()?).map(|_: String| "digest"),
                Field::Frames => frames
                    .replace(map.next_value()?)
                    .map(|_: Vec<FrameInfo>| "frames"),
                Field::Entries => entries
                    .replace(map.next_value_seed(&mut self)?)
                    .map(|()| "entries"),
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                    None
                }
            };
            if let Some(field) = twice {
                return Err(A::Error::duplicate_field(field));
            }
        }
        let missing = A::Error::missing_field;
        entries.ok_or_else(|| missing("entries"))?;
        if let Some(frames) = &mut frames {
            frames.shrink_to_fit();
        }
        Ok(Toc {
            head: head.ok_or_else(|| missing("head"))?,
            digest: digest.ok_or_else(|| missing("digest"))?,
            frames: frames.ok_or_else(|| missing("frames"))?,
            entries: TocEntries::default(),
        })
    }
}

impl<'de> DeserializeSeed<'de> for &mut Reading<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, list: D) -> std::result::Result<(), D::Error> {
        list.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<(), A::Error> {
        while let Some(entry) = list.next_element()? {
            (self.take)(entry);
        }
        Ok(())
    }
}

/// Frames follow each other without a gap from the file's start to the table of contents.
fn check_frames(frames: &[FrameInfo], contents: u64) -> Result<()> {
    let mut at = 0_u64;
    for (number, frame) in frames.iter().enumerate() {
        if frame.offset != at || frame.length == 0 {
            return Err(broken(
                contents,
                format!(
                    "the table of contents does not place frame {number} behind the one before it"
                ),
            ));
        }
        at += u64::from(frame.length);
    }
    if at != contents {
        return Err(broken(
            contents,
            format!("the table of contents lists frames up to byte {at}, but stands here"),
        ));
    }
    Ok(())
}

/// Checks the entries of a whole table of contents.
fn check_entries(toc: &Toc, contents: u64) -> Result<()> {
    if toc.entries.is_any_twice() {
        return Err(broken(
            contents,
            "the table of contents lists an entry twice",
        ));
    }
    let is_there = |id| toc.entries.place(id).is_some();
    for entry in &toc.entries {
        let fault = if !entry.needs.iter().all(|need| is_there(*need)) {
            Some("needs an entry that is not there")
        } else if !entry.pieces.iter().all(|piece| fits(piece, &toc.frames)) {
            Some("lies outside of its frame")
        } else if !adds_up(&entry) {
            Some("is not the sum of its pieces")
        } else {
            None
        };
        if let Some(fault) = fault {
            let label = entry.label();
            return Err(broken(
                contents,
                format!("the table of contents is wrong: {label} {fault}"),
            ));
        }
    }
    Ok(())
}

fn fits(piece: &Piece, frames: &[FrameInfo]) -> bool {
    frames.get(piece.frame as usize).is_some_and(|frame| {
        u64::from(piece.offset) + u64::from(piece.length) <= u64::from(frame.raw)
    })
}

fn adds_up(entry: &TocEntry) -> bool {
    let pieces = entry.pieces.iter();
    let rows = pieces
        .clone()
        .try_fold(0_u64, |sum, piece| sum.checked_add(piece.rows));
    let bytes: u64 = pieces.map(|piece| u64::from(piece.length)).sum();
    let inline: usize = entry.sql.iter().map(|sql| sql.0.len()).sum();
    let bytes = if entry.pieces.is_empty() {
        inline as u64
    } else {
        bytes
    };
    rows == Some(entry.rows.unwrap_or(0)) && bytes == entry.bytes
}

/// Writes what is not ASCII as `\uXXXX`.
struct Ascii;

impl serde_json::ser::Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut units = [0; 2];
        for c in fragment.chars() {
            if c.is_ascii() && c != '\x7f' {
                writer.write_all(&[c as u8])?;
                continue;
            }
            for unit in c.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn json_is_ascii_and_means_the_same() {
        use serde::Serialize as _;
        let text = "zażółć\n\u{7f}😀\"";
        let mut json = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut json, Ascii);
        text.serialize(&mut serializer).unwrap();
        assert!(json.iter().all(|byte| (b' '..0x7f).contains(byte)));
        assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
    }
}
