//! Runs a script on a target: statements and COPY data, with an error that names the object. There
//! are no commands for the client here, so nothing in a hostile script can run a program.

use std::sync::Arc;

use crate::error::{Error, Kind, Result, visible};
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::freeze::frozen;
use crate::sql::if_exists::{NO_VIEW, if_exists, is_stand_in};
use crate::sql::names::{self, Renaming};
use crate::sql::split::{Command, Item, Meta, Splitter};

/// What a failed statement means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnError {
    /// The restore ends.
    Stop,
    /// It is noted, and the next statement runs.
    KeepGoing,
}

/// What was run.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Statements that succeeded.
    pub statements: u64,
    /// Rows that the server took.
    pub rows: u64,
    /// Failures that did not end the restore.
    pub failures: Vec<Error>,
    /// What was left as it is, and why.
    pub skipped: Vec<String>,
    /// What would be done, where nothing was.
    pub plan: Vec<String>,
}

impl Outcome {
    /// Adds what another connection did.
    pub(super) fn add(&mut self, other: Self) {
        self.statements += other.statements;
        self.rows += other.rows;
        self.failures.extend(other.failures);
        self.skipped.extend(other.skipped);
    }
}

/// Runs SQL on a target, piece by piece.
pub struct Runner<'a, T: Target> {
    target: &'a mut T,
    splitter: Splitter,
    /// The splitter as it was when the task began.
    base: Option<Splitter>,
    on_error: OnError,
    /// `None` outside of COPY's data.
    copying: Option<Copying>,
    outcome: Outcome,
    /// What statements become before they are run.
    renaming: Option<Arc<Renaming>>,
    /// The rows that come are for a table that nobody else sees yet.
    freeze: Option<Freeze>,
    /// Its table was emptied in the transaction that is open.
    emptied: bool,
}

/// A COPY whose data come.
pub(super) struct Copying {
    /// Whether the server takes them.
    pub(super) taken: bool,
    /// How the statement begins, for errors: what the server has against it may come with its rows.
    pub(super) sql: Vec<u8>,
}

impl Copying {
    pub(super) fn new(sql: &[u8], taken: bool) -> Self {
        let sql = sql.get(..TOLD).unwrap_or(sql).to_vec();
        Self { taken, sql }
    }
}

/// Rows that are to be frozen as they are loaded.
#[derive(Debug)]
pub(super) struct Freeze {
    /// The table's name, its schema's before it: rows may go into another one.
    pub(super) table: Vec<Vec<u8>>,
    /// Whether it must be emptied first: it was made in another transaction.
    pub(super) empty: bool,
}

impl<'a, T: Target> Runner<'a, T> {
    /// A runner on this target.
    pub fn new(target: &'a mut T, on_error: OnError) -> Self {
        let dialect = target.dialect();
        Self {
            target,
            splitter: Splitter::new(dialect),
            base: None,
            on_error,
            copying: None,
            outcome: Outcome::default(),
            renaming: None,
            freeze: None,
            emptied: false,
        }
    }

    /// From here on rows are frozen, or no longer.
    pub(super) fn freeze(&mut self, freeze: Option<Freeze>) {
        self.freeze = freeze;
        self.emptied = false;
    }

    /// The same, with statements under other names.
    pub(super) fn renaming(mut self, renaming: &Arc<Renaming>) -> Self {
        self.renaming = (!renaming.is_nothing()).then(|| Arc::clone(renaming));
        self
    }

    /// Runs the next part of a script. `label` names the object that it makes, where that is known.
    pub async fn feed(&mut self, sql: &[u8], label: Option<&str>) -> Result<()> {
        self.splitter.push(sql);
        self.run(label).await
    }

    /// Gives back the room of what is done with.
    pub(super) fn rest(&mut self) {
        self.splitter.push(b"");
    }

    /// Notes rows that were fed.
    pub fn took(&mut self, rows: u64) {
        self.outcome.rows += rows;
    }

    /// Runs one statement that is not part of a script.
    pub async fn statement(&mut self, sql: &[u8], label: &str) -> Result<()> {
        let sql = match changed(
            self.renaming.as_ref(),
            self.target.dialect(),
            sql,
            Some(label),
        )? {
            Run::LeftOut => return Ok(()),
            run => run,
        };
        let done = self.target.execute(sql.text()).await;
        let done = done.map_err(|error| explain(error, Some(label), sql.text()));
        self.note(done)
    }

    /// Drops something that need not be there, or prepares that. `inside`: in a transaction, which must not
    /// end by it.
    pub(super) async fn drop_one(&mut self, drop: &[u8], label: &str, inside: bool) -> Result<()> {
        let guarded = if_exists(drop);
        if !is_stand_in(&guarded) {
            return self.statement(&guarded, label).await;
        }
        let dialect = self.target.dialect();
        let sql = changed(self.renaming.as_ref(), dialect, &guarded, Some(label))?;
        if inside {
            self.target.execute(b"SAVEPOINT dumpkeep").await?;
        }
        let done = self.target.execute(sql.text()).await;
        let code = done.as_ref().err().and_then(Error::server_code);
        let nothing = code.is_some_and(|code| NO_VIEW.contains(&code));
        if inside && code.is_some() {
            let back = b"ROLLBACK TO SAVEPOINT dumpkeep";
            self.target.execute(back).await?;
        }
        if nothing {
            return Ok(());
        }
        let done = done.map_err(|error| explain(error, Some(label), sql.text()));
        self.note(done)
    }

    /// Begins a transaction around all that follows.
    pub async fn begin(&mut self) -> Result<()> {
        self.statement(b"START TRANSACTION", "the transaction")
            .await
    }

    /// Ends it, and keeps what was done. Dropped without this, the server takes it back.
    pub async fn commit(&mut self) -> Result<()> {
        self.statement(b"COMMIT", "the transaction").await
    }

    /// Begins a transaction around what one task runs.
    pub(super) async fn begin_part(&mut self) -> Result<()> {
        self.rest();
        self.base = Some(self.splitter.clone());
        self.emptied = false;
        self.target.execute_soon(b"START TRANSACTION").await
    }

    /// Ends it, and keeps what was done.
    pub(super) async fn commit_part(&mut self) -> Result<()> {
        self.target.execute(b"COMMIT").await
    }

    /// Ends it, and takes back what was done: the task can be run again.
    pub(super) async fn roll_back_part(&mut self) -> Result<()> {
        if let Some(base) = self.base.take() {
            self.splitter = base;
        }
        self.copying = None;
        // What was sent without waiting ends first; its failures are taken back with it.
        let _ = self.target.pipeline(false).await;
        let _ = self.target.by_file(false).await;
        self.target.execute(b"ROLLBACK").await
    }

    /// The target, for what is not SQL.
    pub fn target(&mut self) -> &mut T {
        self.target
    }

    /// Says that something was left as it is.
    pub fn skip(&mut self, what: String) {
        self.outcome.skipped.push(what);
    }

    /// The script's end: an error where it ends in the middle of something.
    pub async fn end(mut self) -> Result<Outcome> {
        self.splitter.end();
        self.run(None).await?;
        Ok(self.outcome)
    }

    async fn run(&mut self, label: Option<&str>) -> Result<()> {
        loop {
            let Self {
                target,
                splitter,
                copying,
                renaming,
                freeze,
                emptied,
                ..
            } = self;
            let Some(item) = splitter.next()? else {
                return Ok(());
            };
            let dialect = target.dialect();
            let done = match item {
                Item::Statement(piece) => {
                    let sql = changed(renaming.as_ref(), dialect, piece.text, label)?;
                    if matches!(sql, Run::LeftOut) {
                        continue;
                    }
                    let done = target.execute(sql.text()).await;
                    done.map_err(|error| explain(error, label, sql.text()))
                }
                Item::CopyBegin(piece) => {
                    let sql = changed(renaming.as_ref(), dialect, piece.text, label)?;
                    let begun = copy_begin(*target, sql.text(), (freeze.as_ref(), emptied)).await;
                    *copying = Some(Copying::new(sql.text(), begun.is_ok()));
                    begun.map_err(|error| explain(error, label, sql.text()))
                }
                Item::CopyData(data) => match copying {
                    Some(copying) if copying.taken => {
                        let sent = target.copy_data(data).await;
                        copying.taken = sent.is_ok();
                        if sent.is_ok() {
                            continue;
                        }
                        sent.map_err(|error| explain(error, label, &copying.sql))
                    }
                    _ => continue,
                },
                Item::CopyEnd { lines } => match copying.take() {
                    Some(copying) if copying.taken => target
                        .copy_end(lines)
                        .await
                        .map_err(|error| explain(error, label, &copying.sql)),
                    _ => continue,
                },
                Item::Meta(meta) => meta_command(meta),
            };
            self.note(done)?;
        }
    }

    fn note(&mut self, done: Result<()>) -> Result<()> {
        let Err(error) = done else {
            self.outcome.statements += 1;
            return Ok(());
        };
        let lost = matches!(
            error.kind(),
            Kind::Connect | Kind::Hostile | Kind::Internal | Kind::Cancelled
        );
        if self.on_error == OnError::Stop || lost {
            return Err(error);
        }
        tracing::error!("{}", error.line());
        self.outcome.failures.push(error);
        Ok(())
    }
}

/// A statement, as it is run.
enum Run<'a> {
    Same(&'a [u8]),
    Other(Vec<u8>),
    LeftOut,
}

impl Run<'_> {
    fn text(&self) -> &[u8] {
        match self {
            Self::Same(text) => text,
            Self::Other(text) => text,
            Self::LeftOut => b"",
        }
    }
}

fn changed<'a>(
    renaming: Option<&Arc<Renaming>>,
    dialect: Dialect,
    sql: &'a [u8],
    label: Option<&str>,
) -> Result<Run<'a>> {
    let Some(renaming) = renaming else {
        return Ok(Run::Same(sql));
    };
    match renaming.apply(dialect, sql) {
        Ok(names::Outcome::Same) => Ok(Run::Same(sql)),
        Ok(names::Outcome::Changed(sql)) => Ok(Run::Other(sql)),
        Ok(names::Outcome::LeftOut) => Ok(Run::LeftOut),
        Err(why) => {
            let what = label.unwrap_or("a statement");
            let message = format!("cannot restore {what} under other names: {why}");
            Err(Error::new(Kind::Unsupported, message)
                .hint("Leave it out (--use-list, --exclude-table), and make it by hand."))
        }
    }
}

/// What the server says of a transaction that it ended for another one's sake: deadlock and
/// serialisation failure of PostgreSQL, deadlock and lock wait timeout of MySQL.
const DEADLOCKS: [&str; 4] = ["40P01", "40001", "1213", "1205"];

/// Whether the same may be tried again.
pub(super) fn is_deadlock(error: &Error) -> bool {
    error
        .server_code()
        .is_some_and(|code| DEADLOCKS.contains(&code))
}

/// Begins to copy, in the way that freezes rows where that was asked for.
async fn copy_begin<T: Target>(
    target: &mut T,
    sql: &[u8],
    (freeze, emptied): (Option<&Freeze>, &mut bool),
) -> Result<()> {
    let Some((freeze, found)) = freeze.zip(frozen(sql)) else {
        return target.copy_begin(sql).await;
    };
    if freeze.table != found.table {
        return target.copy_begin(sql).await;
    }
    if freeze.empty && !std::mem::replace(emptied, true) {
        target.execute_soon(&found.empty).await?;
    }
    target.copy_begin(&found.copy).await
}

/// `\restrict` and its like guard clients that run such commands; here there is nothing to guard.
fn meta_command(meta: Meta<'_>) -> Result<()> {
    match meta.command {
        Command::Restrict | Command::Unrestrict | Command::Sandbox => Ok(()),
        Command::Encoding | Command::Connect => Err(Error::new(
            Kind::Hostile,
            format!("line {} wants another database", meta.at.line),
        )
        .hint("Give --create, with a file instead of a pipe.")),
    }
}

/// MySQL: what is to be taken back was not granted.
const NO_GRANT: &str = "1141";

/// So much of a statement is looked at for what an error says, in bytes.
const TOLD: usize = 200;

/// Adds which object it was and how the statement begins.
pub(super) fn explain(error: Error, label: Option<&str>, sql: &[u8]) -> Error {
    let text = String::from_utf8_lossy(sql.get(..TOLD).unwrap_or(sql));
    let words: Vec<&str> = text.split_whitespace().collect();
    let start: String = words.join(" ").chars().take(80).collect();
    let mut error = error.while_(format!("running: {}", visible(&start)));
    if error.kind() == Kind::Privilege && start.starts_with("ALTER DEFAULT PRIVILEGES ") {
        error = error.hint(
            "--no-privileges leaves it out, with all grants; --map-role gives it another role.",
        );
    }
    if error.server_code() == Some(NO_GRANT) && start.starts_with("REVOKE ") {
        error = error.hint(
            "A right on all databases is taken back on one of them, which this server takes only with \
             partial_revokes: SET PERSIST partial_revokes = ON there before.",
        );
    }
    match label {
        Some(label) => error.while_(format!("restoring {label}")),
        None => error,
    }
}
