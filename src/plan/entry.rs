//! Entries: an object's statements, or one table's data. Engine-neutral. Names and texts are byte
//! strings in the database's own encoding.

use std::sync::Arc;

use bstr::BString;
use serde::{Deserialize, Serialize};

/// Names an entry within one archive.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default,
)]
#[serde(transparent)]
pub struct EntryId(pub u32);

/// The part of the script that an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// What belongs to the server: roles, users, tablespaces.
    Globals,
    /// The database's own creation and settings. Not part of a plain script.
    Database,
    /// Schemas, types, functions, tables.
    PreData,
    /// Rows, sequence values, large objects.
    Data,
    /// Indexes, constraints, triggers, grants.
    PostData,
}

/// What an entry is called. Names are unquoted, as the catalog has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Identity {
    /// The schema (PostgreSQL) that holds it, where one does.
    pub schema: Option<BString>,
    /// Its name.
    pub name: BString,
    /// What tells it from others of its name: a routine's arguments, a trigger's table.
    pub detail: BString,
    /// The role that owns it, where one does.
    pub owner: Option<BString>,
}

/// One SQL statement, without its terminator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The text in the database's own encoding, without a terminator.
    pub text: BString,
    /// Holds terminators of its own (a MySQL routine's body): a script needs `DELIMITER` around it.
    pub compound: bool,
}

impl Statement {
    /// A statement that holds no terminator outside of quotes.
    pub fn new(text: impl Into<BString>) -> Self {
        Self {
            text: text.into(),
            compound: false,
        }
    }

    /// A MySQL statement whose body holds terminators.
    pub fn compound(text: impl Into<BString>) -> Self {
        Self {
            text: text.into(),
            compound: true,
        }
    }
}

/// How a column's values are written into an `INSERT`. PostgreSQL's COPY needs none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueForm {
    /// Passed through as the server printed it (COPY), or a quoted character string.
    Text,
    /// Digits exact as printed: integers, DECIMAL, YEAR.
    Number,
    /// FLOAT or DOUBLE: always with an exponent, so that -0 survives.
    Float,
    /// Bytes: hexadecimal or `_binary'…'`.
    Binary,
    /// BIT: a bit-value literal.
    Bit,
    /// JSON: a character string with the utf8mb4 introducer.
    Json,
    /// Temporal values, ENUM and SET members, UUID, INET: quoted, plain ASCII or text.
    Quoted,
    /// The server already made the SQL expression to write (typed JSON, odd ENUM values).
    Expression,
}

/// One column of a table's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataColumn {
    /// The quoted name, for the list of columns that are loaded.
    pub name: BString,
    /// The expression that reads it; the quoted name where nothing more is needed.
    pub read: BString,
    /// How its values are written.
    pub form: ValueForm,
}

/// How a table's rows travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// PostgreSQL's COPY in text format.
    Copy,
    /// The same with each row's OID before its columns (tables `WITH OIDS`, PostgreSQL 10 and 11).
    CopyWithOids,
    /// A result set written as INSERT statements.
    Rows,
    /// The same, read under an ordinary character set, with introducers (MySQL reads a table's
    /// partitions in the connection's).
    CharacterRows,
    /// The same with the times of each row, which come back as the server's clock is set (MariaDB
    /// before 10.11): in their order only.
    Versions(Versions),
    /// PostgreSQL large objects, by oid.
    LargeObjects(Vec<u32>),
}

/// What a system-versioned table's rows are told apart by. Names are quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The column with the time at which a row began.
    pub start: BString,
    /// The column with the time at which it ended.
    pub end: BString,
    /// The columns of the primary key, by place, where all are whole numbers; else none.
    pub key: Vec<usize>,
}

/// Where a data entry's rows come from and go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataRef {
    /// The table that is read: quoted and qualified.
    pub table: BString,
    /// The table that is loaded: the same, or a partitioned table's root.
    pub into: BString,
    /// The columns, in the order in which they are read and loaded.
    pub columns: Vec<DataColumn>,
    /// A condition on the rows (`--where`, an extension's configuration table).
    pub filter: Option<BString>,
    /// How the rows travel.
    pub method: Method,
    /// The size in bytes that the server estimates; 0 where it does not say.
    pub bytes: u64,
    /// The rows that the server estimates.
    pub rows: u64,
    /// The heap blocks of the table, where ranges of them can be read without a full scan
    /// (PostgreSQL 14 and newer, ordinary tables); 0 where the table is read whole.
    pub blocks: u64,
    /// The engine's key for the table (pg_class.oid); 0 where there is none.
    pub key: u64,
}

/// What an entry consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Statements that make the object.
    Statements(Vec<Statement>),
    /// Rows. Shared with their slices: most tables are one.
    Data(Arc<DataRef>),
}

/// One line of the table of contents, before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Unique in this archive.
    pub id: EntryId,
    /// The kind's name in the registry: "table", "index".
    pub kind: &'static str,
    /// Where in the script it belongs.
    pub section: Section,
    /// The kind's position in the registry, by which unrelated entries are ordered.
    pub rank: u16,
    /// Its names.
    pub identity: Identity,
    /// The entries that must come before it.
    pub needs: Vec<EntryId>,
    /// What it consists of.
    pub body: Body,
    /// Statements that remove it (`--clean`), run in reverse order. Empty where its parent's do.
    pub drop: Vec<Statement>,
}

/// A piece of one data entry, read in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// The data entry.
    pub entry: EntryId,
    /// Which of its rows.
    pub data: Arc<DataRef>,
    /// The part of the table.
    pub range: Range,
    /// The number of the slice within its entry, from 0.
    pub number: u32,
}

/// A part of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// All of it.
    Whole,
    /// PostgreSQL heap blocks, from the first up to but not including the second; the last slice
    /// has no end, for blocks that came after the estimate.
    Blocks(u64, Option<u64>),
    /// A condition on a key.
    Condition(BString),
}
