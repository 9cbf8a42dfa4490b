//! The table of contents: one versioned JSON document. Pure.
//!
//! Names are byte strings in the database's own encoding: what is UTF-8 stands as a string,
//! anything else as `{"hex": "…"}`.

use std::fmt;
use std::hash::{Hash as _, Hasher};

use bstr::{BStr, BString, ByteSlice as _};
use chrono::{DateTime, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use twox_hash::xxhash3_128::Hasher as Xxh3;

use crate::archive::entries::TocEntries;
use crate::archive::sum::Sum;
use crate::plan::entry::{EntryId, Section, Statement};
use crate::source::{ServerInfo, Warning};
use crate::sql::dialect::Dialect;

/// The version of the document and of the file's layout that this program writes.
pub const FORMAT: u32 = 1;

/// What an archive holds, and where in the file it is.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Toc {
    /// What made it, from what, when.
    pub head: Head,
    /// SHA-256 of the file's bytes up to the table of contents, in hexadecimal.
    pub digest: String,
    /// The frames in the order in which they stand in the file.
    pub frames: Vec<FrameInfo>,
    /// The entries in the order in which they restore.
    pub entries: TocEntries,
}

/// What made an archive, from what, when.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The format's version.
    pub format: u32,
    /// The program's version.
    pub tool: String,
    /// What sort of archive it is.
    pub kind: ArchiveKind,
    /// The dialect of the script.
    pub dialect: Dialect,
    /// The server it came from.
    pub server: ServerInfo,
    /// The database; empty for globals.
    pub database: Text,
    /// The encoding of the script, as the server calls it.
    pub encoding: String,
    /// The snapshot's position: LSN, binlog file and position, GTID set.
    pub position: Option<String>,
    /// When the dump began.
    pub started: DateTime<Utc>,
    /// When its last frame was written.
    pub ended: DateTime<Utc>,
    /// The compressor and its level: "zstd:3".
    pub codec: String,
    /// The switches that shaped it, as the user would write them.
    pub switches: Vec<String>,
    /// What the user was told.
    pub warnings: Vec<Warning>,
}

/// What sort of archive it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArchiveKind {
    /// One database.
    Database,
    /// What belongs to the server.
    Globals,
}

/// One frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FrameInfo {
    /// Where it begins in the file.
    pub offset: u64,
    /// How many bytes it takes there.
    pub length: u32,
    /// How many bytes it decompresses to.
    pub raw: u32,
    /// Tells whether its bytes are still the same.
    pub check: Check,
}

/// The first half of the SHA-256 of a frame's compressed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Check(pub [u8; 16]);

impl Check {
    /// The check of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let whole: [u8; 32] = Sha256::digest(bytes).into();
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        Self(half)
    }
}

impl Serialize for Check {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&const_hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        const_hex::decode_to_array(&text)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

/// One object, or one table's rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TocEntry {
    /// Unique in this archive.
    pub id: EntryId,
    /// The kind's name: "table", "index".
    pub kind: String,
    /// Where in the script it belongs.
    pub section: Section,
    /// The schema that holds it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Text>,
    /// Its name.
    pub name: Text,
    /// What tells it from others of its name.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub detail: Text,
    /// The role that owns it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text>,
    /// The entries that must come before it.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "snug"
    )]
    pub needs: Vec<EntryId>,
    /// Where its SQL is, in slice order. Empty: `sql` holds it, or it has no rows.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "snug"
    )]
    pub pieces: Vec<Piece>,
    /// The number of its rows; absent for what is not rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Its pieces are loaded in their order, one after the other.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_turn: bool,
    /// The size of its SQL, uncompressed.
    pub bytes: u64,
    /// The sum over its rows, whatever their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<Sum>,
    /// The digest of its definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Check>,
    /// Its statements, where they may stand outside of the script (`CREATE DATABASE`).
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "snug"
    )]
    pub sql: Vec<Text>,
    /// What removes it (`--clean`).
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "snug"
    )]
    pub drop: Vec<Text>,
}

/// A part of a frame that belongs to one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Piece {
    /// The frame's number, from 0.
    pub frame: u32,
    /// Where in the decompressed frame it begins.
    pub offset: u32,
    /// How long it is there.
    pub length: u32,
    /// How many rows it holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rows: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Tells tables of contents apart, within one run of one program: taken entry by entry, for of a hundred
/// thousand tables the entries are never together.
pub(crate) struct ContentsSum(Summing);

impl ContentsSum {
    pub(crate) fn new() -> Self {
        Self(Summing(Xxh3::new()))
    }

    /// Takes the next entry.
    pub(crate) fn add(&mut self, entry: &TocEntry) {
        entry.hash(&mut self.0);
    }

    /// The sum, when all entries are taken, with what stands in front of them.
    pub(crate) fn of(mut self, head: &Head, digest: &str, frames: &[FrameInfo]) -> u128 {
        (head, digest, frames).hash(&mut self.0);
        self.0.0.finish_128()
    }
}

/// Takes what `Hash` says of a value.
pub(crate) struct Summing(Xxh3);

impl Hasher for Summing {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    /// The lower half of the sum.
    fn finish(&self) -> u64 {
        self.0.finish_128() as u64
    }
}

impl TocEntry {
    /// "kind schema.name detail", for messages.
    #[must_use]
    pub fn label(&self) -> String {
        let schema = self.schema.as_ref().map(|schema| schema.0.as_bstr());
        let (name, detail) = (self.name.0.as_bstr(), self.detail.0.as_bstr());
        label(&self.kind, schema, name, detail)
    }
}

/// "kind schema.name detail", for comments and messages.
#[must_use]
pub(crate) fn label(kind: &str, schema: Option<&BStr>, name: &BStr, detail: &BStr) -> String {
    let mut label = format!("{kind} ");
    if let Some(schema) = schema {
        label.push_str(&schema.to_str_lossy());
        label.push('.');
    }
    label.push_str(&name.to_str_lossy());
    if !detail.is_empty() {
        label.push(' ');
        label.push_str(&detail.to_str_lossy());
    }
    label
}

/// Bytes that are mostly text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Text(pub BString);

impl Text {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<BString> for Text {
    fn from(bytes: BString) -> Self {
        Self(bytes)
    }
}

impl From<Statement> for Text {
    fn from(statement: Statement) -> Self {
        Self(statement.text)
    }
}

#[derive(Serialize, Deserialize)]
struct Bytes {
    hex: String,
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => Bytes {
                hex: const_hex::encode(&self.0),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpelledText)
    }
}

/// Reads either spelling at once: an archive has hundreds of thousands of names.
struct SpelledText;

impl<'de> Visitor<'de> for SpelledText {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or bytes in hexadecimal")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text, A::Error> {
        let bytes = Bytes::deserialize(MapAccessDeserializer::new(map))?;
        const_hex::decode(&bytes.hex)
            .map(|bytes| Text(bytes.into()))
            .map_err(serde::de::Error::custom)
    }
}

/// A vector with no room to spare: short ones by the hundred thousand would waste most of theirs.
fn snug<'de, D, A>(deserializer: D) -> Result<Vec<A>, D::Error>
where
    D: Deserializer<'de>,
    A: Deserialize<'de>,
{
    let mut all = Vec::deserialize(deserializer)?;
    all.shrink_to_fit();
    Ok(all)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_text_come_back() {
        for bytes in [
            &b"plain"[..],
            b"",
            b"\xff\xfe",
            b"{\"hex\": \"00\"}",
            b"a\nb",
        ] {
            let text = Text(bytes.into());
            let json = serde_json::to_string(&text).unwrap();
            assert_eq!(serde_json::from_str::<Text>(&json).unwrap(), text, "{json}");
        }
    }
}
