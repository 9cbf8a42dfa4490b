//! Runs foreign SQL on a target: statements, COPY data, and the few commands for the client that are
//! safe. Nothing in such a script can run a program or lead to another server.

use bstr::{BString, ByteSlice as _};

use super::scope::{Scope, Step};
use super::times::Times;
use crate::error::{Error, Kind, Result, visible};
use crate::pipeline::restore::{RestoreJob, refuse_filled};
use crate::pipeline::runner::{Copying, OnError, Outcome, explain};
use crate::source::Target;
use crate::sql::dialect::Dialect;
use crate::sql::foreign::{connect_database, harmless_failure, may_fail};
use crate::sql::if_exists::{NO_VIEW, if_exists, is_stand_in};
use crate::sql::insert;
use crate::sql::names::{self, Renaming};
use crate::sql::split::{Command, Item, Meta, Splitter};

/// PostgreSQL: an object of this name exists.
const EXISTS: &str = "42710";

/// PostgreSQL: the role is that of the session.
const IN_USE: &str = "55006";

/// PostgreSQL: the key or the index of a partition is dropped with that of the whole table.
const OF_ANOTHER: [&str; 2] = ["42P16", "2BP01"];

/// MySQL: nothing is left of a versioned comment that is meant for others.
const EMPTY: &str = "1065";

/// Runs SQL on a target, piece by piece.
pub(super) struct Loader<'a, T: Target> {
    splitter: Splitter,
    /// The settings that later scripts are read with.
    session: Vec<u8>,
    runs: Runs<'a, T>,
}

struct Runs<'a, T: Target> {
    target: &'a mut T,
    job: &'a RestoreJob,
    scope: Scope,
    /// A COPY whose data come, and its line; `None` outside.
    copying: Option<(Copying, u64)>,
    /// In a transaction of our own: the statements and rows that there were before it.
    transaction: Option<(u64, u64)>,
    /// Databases that the script is or was in.
    entered: Vec<BString>,
    outcome: Outcome,
    times: Times,
    /// For whom it is restored.
    renaming: Renaming,
}

impl<'a, T: Target> Loader<'a, T> {
    pub(super) fn new(target: &'a mut T, job: &'a RestoreJob, scope: Scope) -> Self {
        Self {
            splitter: Splitter::new(target.dialect()),
            session: Vec::new(),
            runs: Runs {
                target,
                job,
                scope,
                copying: None,
                transaction: None,
                entered: Vec::new(),
                outcome: Outcome::default(),
                times: Times::default(),
                // what can't be had is refused before
                renaming: job.names.of_foreign().unwrap_or_default(),
            },
        }
    }

    /// Runs settings that all later scripts are read with.
    pub(super) async fn settings(&mut self, sql: &[u8]) -> Result<()> {
        self.session.extend_from_slice(sql);
        self.whole(sql, "the settings").await
    }

    /// Runs the next part of the script; gives the rows that it held.
    pub(super) async fn feed(&mut self, sql: &[u8], label: Option<&str>) -> Result<u64> {
        let before = self.runs.outcome.rows;
        self.splitter.push(sql);
        self.run(label).await?;
        Ok(self.runs.outcome.rows - before)
    }

    /// The script ends here: an error where that is in the middle of something.
    pub(super) async fn close(&mut self, label: Option<&str>) -> Result<()> {
        self.splitter.end();
        self.run(label).await?;
        self.anew()
    }

    /// The connection, for what is not a part of a script.
    pub(super) fn target(&mut self) -> &mut T {
        self.runs.target
    }

    /// Begins a transaction around all that follows.
    pub(super) async fn begin(&mut self) -> Result<()> {
        let Runs {
            target, outcome, ..
        } = &mut self.runs;
        target.execute(b"START TRANSACTION").await?;
        self.runs.transaction = Some((outcome.statements, outcome.rows));
        Ok(())
    }

    /// Ends it, and keeps what was done.
    pub(super) async fn commit(&mut self) -> Result<()> {
        self.runs.transaction = None;
        self.runs.target.execute(b"COMMIT").await
    }

    /// Ends it, and takes back what was done: the script can be run again.
    pub(super) async fn roll_back(&mut self) -> Result<()> {
        if let Some((statements, rows)) = self.runs.transaction.take() {
            self.runs.outcome.statements = statements;
            self.runs.outcome.rows = rows;
        }
        self.runs.target.execute(b"ROLLBACK").await?;
        self.anew()
    }

    /// The next script begins, whatever is left of this one.
    fn anew(&mut self) -> Result<()> {
        self.runs.copying = None;
        self.splitter = Splitter::new(self.runs.target.dialect());
        self.splitter.push(&self.session);
        while self.splitter.next()?.is_some() {}
        Ok(())
    }

    /// Runs a script that is a whole.
    pub(super) async fn whole(&mut self, sql: &[u8], label: &str) -> Result<()> {
        self.feed(sql, Some(label)).await?;
        self.close(Some(label)).await
    }

    /// Runs one statement that this program made.
    pub(super) async fn statement(&mut self, sql: &[u8], label: &str) -> Result<()> {
        let done = self.runs.target.execute(sql).await;
        let done = done.map_err(|error| explain(error, Some(label), sql));
        self.runs.note(done)
    }

    pub(super) fn took(&mut self, rows: u64) {
        self.runs.outcome.rows += rows;
    }

    /// Whether the script may hold times without a time zone.
    pub(super) fn has_times_of_no_zone(&self) -> bool {
        self.runs.times.unsaid()
    }

    pub(super) fn end(self) -> Outcome {
        self.runs.outcome
    }

    async fn run(&mut self, label: Option<&str>) -> Result<()> {
        let Self { splitter, runs, .. } = self;
        while let Some(item) = splitter.next()? {
            match item {
                Item::Statement(piece) => {
                    let done = runs.judged(piece.text, label).await;
                    let done = done.map_err(|error| at(error, label, piece.at.line));
                    runs.note(done)?;
                }
                Item::CopyBegin(piece) => {
                    let judged = runs.scope.judge(piece.text);
                    judged.map_err(|error| at(error, label, piece.at.line))?;
                    let begun = runs.target.copy_begin(piece.text).await;
                    let copying = Copying::new(piece.text, begun.is_ok());
                    runs.copying = Some((copying, piece.at.line));
                    let begun = begun.map_err(|error| explain(error, label, piece.text));
                    runs.note(begun.map_err(|error| at(error, label, piece.at.line)))?;
                }
                Item::CopyData(data) => {
                    if let Some((copying, line)) = &mut runs.copying
                        && copying.taken
                    {
                        let sent = runs.target.copy_data(data).await;
                        copying.taken = sent.is_ok();
                        if let Err(error) = sent {
                            let error = at(explain(error, label, &copying.sql), label, *line);
                            runs.note(Err(error))?;
                        }
                    }
                }
                Item::CopyEnd { lines } => {
                    if let Some((copying, line)) = runs.copying.take()
                        && copying.taken
                    {
                        let done = runs.target.copy_end(lines).await;
                        runs.outcome.rows += if done.is_ok() { lines } else { 0 };
                        let done = done.map_err(|error| explain(error, label, &copying.sql));
                        runs.note(done.map_err(|error| at(error, label, line)))?;
                    }
                }
                Item::Meta(meta) => runs.command(meta).await?,
            }
        }
        Ok(())
    }
}

impl<T: Target> Runs<'_, T> {
    async fn judged(&mut self, sql: &[u8], label: Option<&str>) -> Result<()> {
        match self.scope.judge(sql)? {
            Step::Run => self.execute(sql, label).await,
            Step::Leave => Ok(()),
            // The script's own transactions are parts of ours.
            Step::Transaction if self.transaction.is_some() => Ok(()),
            Step::TakeBack if self.transaction.is_some() => {
                let what = "the script takes back what it did: not with --single-transaction";
                Err(Error::new(Kind::Usage, what))
            }
            Step::Transaction | Step::TakeBack => self.execute(sql, label).await,
            Step::Enter(name) => {
                self.scope.enter(&name)?;
                self.enter(name).await
            }
            Step::DropAccount => match self.execute(sql, label).await {
                Err(error) if error.server_code() == Some(IN_USE) => {
                    self.skip(format!("{}: it is left as it is", error.line()));
                    Ok(())
                }
                done => done,
            },
            Step::Make(name) => match self.execute(sql, label).await {
                Err(error) if error.server_code() == Some(EXISTS) => {
                    let what = name.to_str_lossy();
                    self.skip(format!("{} exists and is left as it is", visible(&what)));
                    self.scope.keep(name);
                    Ok(())
                }
                done => done,
            },
        }
    }

    async fn execute(&mut self, sql: &[u8], label: Option<&str>) -> Result<()> {
        let dialect = self.target.dialect();
        let changed = match self.renaming.apply(dialect, sql) {
            Ok(names::Outcome::LeftOut) => return Ok(()),
            Ok(names::Outcome::Changed(sql)) => Some(sql),
            _ => None,
        };
        let sql = changed.as_deref().unwrap_or(sql);
        if dialect == Dialect::Mysql {
            self.times.see(sql);
        }
        // What --clean drops need not be there, however the script was written.
        let drops = sql.starts_with(b"DROP ") || sql.contains_str(" DROP CONSTRAINT ");
        let guarded =
            (self.job.clean && drops && dialect == Dialect::Postgres).then(|| if_exists(sql));
        let sql = guarded.as_ref().map_or(sql, |guarded| guarded.as_slice());
        match self.attempt(sql).await {
            Ok(()) => {
                self.outcome.rows += insert::rows(dialect, sql).unwrap_or(0);
                Ok(())
            }
            Err(error) => {
                let code = error.server_code().unwrap_or_default();
                if code == EMPTY && sql.starts_with(b"/*") {
                    return Ok(());
                }
                if self.may_stay(sql) && (NO_VIEW.contains(&code) || OF_ANOTHER.contains(&code)) {
                    return Ok(());
                }
                match harmless_failure(dialect, sql, code) {
                    Some(why) => {
                        self.skip(format!("{}: {why}", error.line()));
                        Ok(())
                    }
                    None => Err(explain(error, label, sql)),
                }
            }
        }
    }

    /// Whether it drops, or prepares that, what need not be there or goes with something else: a view, the
    /// keys and indexes of partitions, large objects. If that is not dropped, making it again is an error.
    fn may_stay(&self, sql: &[u8]) -> bool {
        let part = sql.starts_with(b"DROP INDEX ")
            || (sql.starts_with(b"ALTER TABLE ") && sql.contains_str(" DROP CONSTRAINT "));
        let large = sql.starts_with(b"SELECT pg_catalog.lo_unlink(");
        self.job.clean && (part || large || is_stand_in(sql))
    }

    /// What may fail without a loss must not end the transaction that it stands in.
    async fn attempt(&mut self, sql: &[u8]) -> Result<()> {
        let may_fail = may_fail(self.target.dialect(), sql) || self.may_stay(sql);
        if self.transaction.is_none() || !may_fail {
            return self.target.execute(sql).await;
        }
        self.target.execute(b"SAVEPOINT dumpkeep").await?;
        let done = self.target.execute(sql).await;
        if done
            .as_ref()
            .is_err_and(|error| error.server_code().is_some())
        {
            let back = b"ROLLBACK TO SAVEPOINT dumpkeep";
            self.target.execute(back).await?;
        }
        self.target.execute(b"RELEASE SAVEPOINT dumpkeep").await?;
        done
    }

    fn skip(&mut self, what: String) {
        if !self.outcome.skipped.contains(&what) {
            self.outcome.skipped.push(what);
        }
    }

    /// `\restrict` and its like guard clients that run such commands; here there is nothing to
    /// guard.
    async fn command(&mut self, meta: Meta<'_>) -> Result<()> {
        match meta.command {
            Command::Restrict | Command::Unrestrict | Command::Sandbox | Command::Encoding => {
                Ok(())
            }
            Command::Connect => {
                let name = connect_database(meta.argument)?;
                self.scope.enter(&name)?;
                self.enter(name).await
            }
        }
    }

    /// Goes on in another database, which must be empty when it is entered first.
    async fn enter(&mut self, name: BString) -> Result<()> {
        self.target.use_database(&name).await?;
        if !self.entered.contains(&name) {
            let filled = refuse_filled(self.target, self.job).await;
            filled.map_err(|error| {
                error.while_(format!("entering database {}", name.to_str_lossy()))
            })?;
            self.entered.push(name);
        }
        Ok(())
    }

    fn note(&mut self, done: Result<()>) -> Result<()> {
        let Err(error) = done else {
            self.outcome.statements += 1;
            return Ok(());
        };
        let failed = matches!(
            error.kind(),
            Kind::Server | Kind::Privilege | Kind::Unsupported
        );
        if self.job.on_error == OnError::Stop || !failed {
            return Err(error);
        }
        tracing::error!("{}", error.line());
        self.outcome.failures.push(error);
        Ok(())
    }
}

/// Where it was: entries have their own names.
fn at(error: Error, label: Option<&str>, line: u64) -> Error {
    match label {
        Some(_) => error,
        None => error.while_(format!("reading line {line}")),
    }
}
