//! The three traits that the engines implement, and their plain types. No SQL.

mod facts;
pub mod mysql;
mod options;

pub use facts::{Asked, TargetFacts};
pub use options::{LeaveOut, Load, Nice, Reading, RowForm};

use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::archive::frame::FrameSink;
use crate::error::Result;
use crate::plan::entries::Entries;
use crate::plan::entry::{DataRef, Range, Slice};
use crate::plan::filter::Selection;
use crate::sql::dialect::Dialect;

/// What server it is, for messages, headers and the table of contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default, Hash)]
pub struct ServerInfo {
    /// "PostgreSQL", "MySQL", "MariaDB".
    pub product: String,
    /// As the server says it, bounded and without control characters: "16.3 (Debian 16.3-1)".
    pub version: String,
    /// Comparable: 160003 for PostgreSQL 16.3, 101106 for MariaDB 10.11.6.
    pub number: u32,
    /// "db1:5432", or a socket's path.
    pub address: String,
}

/// One database of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: BString,
    /// Why it can't be dumped, where it can't be connected to.
    pub refuses: Option<String>,
    /// Its size in bytes as the server estimates it.
    pub bytes: u64,
    /// A template (PostgreSQL): dumped only when named.
    pub template: bool,
}

/// Something the user should hear of that did not stop the dump. Counted, listed, in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Hash)]
pub struct Warning {
    /// The object, or the server.
    pub object: String,
    /// What is the matter with it.
    pub message: String,
}

/// How a snapshot is taken and what is written about it.
#[derive(Debug, Clone, Default)]
pub struct DumpOptions {
    /// Which objects.
    pub selection: Selection,
    /// Unknown kinds, columns and values are counted warnings, not errors.
    pub lenient: bool,
    /// Leave out ownership.
    pub no_owner: bool,
    /// Leave out grants.
    pub no_privileges: bool,
    /// Leave out comments.
    pub no_comments: bool,
    /// Leave out tablespaces.
    pub no_tablespaces: bool,
    /// Leave out `\restrict` (for a psql older than August 2025).
    pub no_restrict: bool,
    /// Rows as INSERT statements, not COPY.
    pub inserts: bool,
    /// What PostgreSQL's planner knows of tables and columns.
    pub statistics: bool,
    /// How long to wait for a lock, in milliseconds; `None` is for ever.
    pub lock_timeout_ms: Option<u64>,
    /// The size at which a frame is handed on, in bytes; 0 for the default.
    pub frame_bytes: usize,
    /// The size of a slice of a table, in bytes; 0 where it follows from the tables.
    pub slice_bytes: u64,
    /// The most rows that are read in a second, in bytes of SQL; `None` is no limit.
    pub max_rate: Option<u64>,
    /// Pauses while the server has other work.
    pub nice: Option<Nice>,
    /// The key of `\restrict`, fixed for `--deterministic`.
    pub restrict_key: Option<String>,
    /// What MySQL and MariaDB alone have.
    pub mysql: mysql::MysqlOptions,
    /// What else is left out.
    pub leave_out: LeaveOut,
    /// How the sessions read.
    pub reading: Reading,
    /// How rows are written.
    pub rows: RowForm,
}

/// The size at which a frame is handed on where nothing else is said.
pub const FRAME_BYTES: usize = 4 << 20;

impl DumpOptions {
    /// The size at which a frame is handed on, in bytes.
    #[must_use]
    pub fn frame_limit(&self) -> usize {
        if self.frame_bytes == 0 {
            FRAME_BYTES
        } else {
            self.frame_bytes
        }
    }
}

/// What was read from the catalogs.
#[derive(Debug, Default)]
pub struct Catalog {
    /// Every entry, unordered.
    pub entries: Entries,
    /// What the user should hear of.
    pub warnings: Vec<Warning>,
}

/// A server that can be dumped.
pub trait Source: Send + Sync {
    /// Its snapshots.
    type Snapshot: Snapshot;

    /// What server it is.
    fn server(&self) -> &ServerInfo;
    /// The database that the URL or its defaults name; empty where none is named.
    fn database(&self) -> &[u8];
    /// The databases that the user may see, templates included.
    fn databases(&self) -> impl Future<Output = Result<Vec<Database>>> + Send;
    /// Entries of what belongs to the server, not to a database.
    fn globals(&self, options: &DumpOptions) -> impl Future<Output = Result<GlobalsDump>> + Send;
    /// One consistent view of the database in `workers` connections, opened together. The first is
    /// the leader: it holds the locks until it is closed.
    fn snapshot(
        &self,
        database: &[u8],
        workers: usize,
        options: &DumpOptions,
    ) -> impl Future<Output = Result<Vec<Self::Snapshot>>> + Send;
    /// Tells once a second what else the server does, over a connection of its own, until it is let
    /// go. `own` statements at most are ours.
    fn watch(
        &self,
        own: usize,
        tell: impl Fn(Load) + Send + Sync,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// The globals of a server, with the script's surroundings.
#[derive(Debug, Default)]
pub struct GlobalsDump {
    /// The entries and warnings.
    pub catalog: Catalog,
    /// The script's surroundings.
    pub script: Script,
}

/// What stands around the entries in a script.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Settings at its beginning: complete lines, `\restrict` included.
    pub head: Vec<u8>,
    /// Behind that, once the script is in the database that it fills: complete lines that fail in
    /// any that can't take it.
    pub inside: Vec<u8>,
    /// What ends it: settings put back, `\unrestrict`. The completion line is the writer's.
    pub tail: Vec<u8>,
    /// Names the encoding of the texts, as the server calls it: "UTF8", "SQL_ASCII", "utf8mb4".
    pub encoding: String,
    /// The snapshot's position: LSN, binlog file and position, GTID set.
    pub position: Option<String>,
}

/// One consistent read-only view of a database, held open on the server.
pub trait Snapshot: Send {
    /// What server it is.
    fn server(&self) -> &ServerInfo;
    /// The dialect of what it writes.
    fn dialect(&self) -> Dialect;
    /// What stands around the entries.
    fn script(&self) -> &Script;
    /// Reads the catalogs (on the leader).
    fn entries(&mut self) -> impl Future<Output = Result<Catalog>> + Send;
    /// Cuts a table by its key into about so many ranges, which hold each row once (on the leader).
    fn ranges(
        &mut self,
        data: &DataRef,
        parts: u64,
    ) -> impl Future<Output = Result<Vec<Range>>> + Send;
    /// Streams a slice as frames of whole statements; gives the number of rows.
    fn stream<S: FrameSink>(
        &mut self,
        slice: &Slice,
        sink: &mut S,
    ) -> impl Future<Output = Result<u64>> + Send;
    /// Says which slices are streamed next, in this order: their rows may be asked for before those
    /// of the one in front have come.
    fn upcoming(&mut self, slices: &[Slice]) -> impl Future<Output = Result<()>> + Send {
        let _ = slices;
        std::future::ready(Ok(()))
    }
    /// What was noticed while rows were streamed, given once.
    fn noticed(&mut self) -> Vec<Warning> {
        Vec::new()
    }
    /// Ends it: checks that locks and connection lived to the end, then lets go.
    fn close(self) -> impl Future<Output = Result<()>> + Send;
}

/// What a server has of the kinds that a globals archive holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Existing {
    /// The kind's name in the table of contents, and the name: a role's, or `user@host`.
    pub names: Vec<(&'static str, BString)>,
    /// The account that the session came in with.
    pub own: BString,
}

/// What makes a server load faster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuning {
    /// PostgreSQL: `maintenance_work_mem` while loading, as the server takes it: `1GB`.
    pub maintenance_work_mem: Option<String>,
    /// PostgreSQL: `synchronous_commit` while loading; `None` is off, and the last commit waits.
    pub synchronous_commit: Option<String>,
    /// PostgreSQL: no trigger, and so no foreign key, is asked while rows are loaded.
    pub triggers_off: bool,
}

/// A server that is restored into: runs statements and takes rows.
pub trait Target: Send + Sized {
    /// What server it is.
    fn server(&self) -> &ServerInfo;
    /// The dialect that it understands.
    fn dialect(&self) -> Dialect;
    /// Whether the user has said which database, or one was entered since.
    fn database_is_named(&self) -> bool;
    /// Runs one statement, given without its terminator.
    fn execute(&mut self, sql: &[u8]) -> impl Future<Output = Result<()>> + Send;
    /// Runs a statement together with the next one, which fails with its error too.
    fn execute_soon(&mut self, sql: &[u8]) -> impl Future<Output = Result<()>> + Send;
    /// Begins a `COPY … FROM stdin`, given without its terminator. What the server has against it may come
    /// with its rows.
    fn copy_begin(&mut self, sql: &[u8]) -> impl Future<Output = Result<()>> + Send;
    /// Sends COPY data: any part of it, without the end-of-data line.
    fn copy_data(&mut self, data: &[u8]) -> impl Future<Output = Result<()>> + Send;
    /// Ends the COPY; an error where the server took another number of rows than these.
    fn copy_end(&mut self, rows: u64) -> impl Future<Output = Result<()>> + Send;
    /// Whether statements and rows are sent without waiting for the answers to those before: in a
    /// transaction, which the first failure ends. Turned off, it gives that failure.
    fn pipeline(&mut self, on: bool) -> impl Future<Output = Result<()>> + Send;
    /// Whether rows of `INSERT`s may go in the server's own format for files, as far as it takes them: in a
    /// transaction, which is run again without this where they were not taken as they are. Turned off,
    /// it gives that failure.
    fn by_file(&mut self, on: bool) -> impl Future<Output = Result<()>> + Send;
    /// Whether the rows of these tables may be one transaction, which takes all of them back where it is rolled
    /// back, whatever was sent in it: asked before it is begun. After its end [`Self::apart`] is called.
    fn together(&mut self, tables: &[&[u8]]) -> impl Future<Output = Result<bool>> + Send;
    /// A transaction of the rows of several tables is over.
    fn apart(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// How many user objects the database holds (0: it is empty).
    fn object_count(&mut self) -> impl Future<Output = Result<u64>> + Send;
    /// What it has of these things, and what it is.
    fn facts(&mut self, asked: &Asked) -> impl Future<Output = Result<TargetFacts>> + Send;
    /// What belongs to the server and is there already.
    fn existing(&mut self) -> impl Future<Output = Result<Existing>> + Send;
    /// Goes on in this database of the same server: a new connection, or `USE`.
    fn use_database(&mut self, database: &[u8]) -> impl Future<Output = Result<()>> + Send;
    /// Another session in the same database.
    fn another(&mut self) -> impl Future<Output = Result<Self>> + Send;
    /// Sets what makes loading faster, for this session.
    fn tune(&mut self, tuning: &Tuning) -> impl Future<Output = Result<()>> + Send;
    /// Sets what makes this server load faster than the script's own settings do, once those are
    /// run.
    fn hasten(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// Reads anew what a session keeps of its database: another session has made the definitions.
    fn look_again(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// Gives this session, and those that come from it, what another dumper's file expects: what the
    /// server gives its own clients. `utc`: its rows are in UTC and don't say so.
    fn as_client(&mut self, utc: bool) -> impl Future<Output = Result<()>> + Send;
    /// Waits until all that was loaded is on the server's disk, where tuning put that off.
    fn settle(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// Takes a lock that only sessions of one restore share, as its session of this number: 0, the
    /// first, waits so many seconds until those of an earlier restore are gone.
    fn guard(&mut self, number: usize, seconds: u64) -> impl Future<Output = Result<()>> + Send;
    /// Begins to record what is done, for `restore --resume`: of what, in the caller's words.
    /// `false`: the user may not make a table for it.
    fn journal_begin(&mut self, of: &str) -> impl Future<Output = Result<bool>> + Send;
    /// What a restore that was broken off has recorded: of what, and its steps.
    fn journal_read(&mut self) -> impl Future<Output = Result<Option<(String, Vec<Step>)>>> + Send;
    /// Records steps, in the transaction that is open: at the latest with the statement that follows.
    fn journal_note(&mut self, steps: &[Step]) -> impl Future<Output = Result<()>> + Send;
    /// Puts the record where no object of the database is of it: before materialized views are filled,
    /// which may read the catalogs. Nothing is noted from then on.
    fn journal_fold(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// Takes back all that is recorded of these entries.
    fn journal_forget(&mut self, entries: &[u32]) -> impl Future<Output = Result<()>> + Send;
    /// Removes the record.
    fn journal_end(&mut self) -> impl Future<Output = Result<()>> + Send;
    /// The tables and views of the database that no extension has made.
    fn relations(&mut self) -> impl Future<Output = Result<Vec<Relation>>> + Send;
    /// How many rows a table has, not counting those of its heirs.
    fn row_count(&mut self, table: &Relation) -> impl Future<Output = Result<u64>> + Send;
    /// Ends the session cleanly.
    fn close(self) -> impl Future<Output = Result<()>> + Send;
}

/// What a restore has done, or has begun to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The entry.
    pub entry: u32,
    /// Which of its pieces; `None`: all of it.
    pub piece: Option<u32>,
    /// The rows that it loaded.
    pub rows: u64,
    /// Whether it was done; else it was begun, and what is there of it is not known.
    pub done: bool,
}

/// A table or view of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The schema (PostgreSQL).
    pub schema: Option<BString>,
    /// Its name.
    pub name: BString,
    /// Whether its rows come and go with their transaction.
    pub transactional: bool,
    /// Whether it keeps rows of the past, which count.
    pub versioned: bool,
}
