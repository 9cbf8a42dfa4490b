//! The command line: clap types, one file per command. No business rules.

pub mod adopt;
pub mod backup;
pub mod bench;
pub mod check;
mod choice;
pub mod completions;
pub mod config;
pub mod context;
pub mod diff;
pub mod dump;
pub mod globals;
mod made;
pub mod man;
mod mysql;
mod names;
mod pace;
pub mod prune;
pub mod restore;
mod run;
pub mod schedule;
pub mod show;
mod signals;
pub mod status;
mod table;
pub mod verify;

pub use context::Context;
pub use run::main;

use clap::{ArgAction, CommandFactory as _, Parser, Subcommand};

use crate::error::Result;
use crate::progress::Mode;

/// Backs up PostgreSQL and MySQL/MariaDB by speaking their protocols itself.
#[derive(Debug, Parser)]
#[command(name = "dumpkeep", version, max_term_width = 100)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// Say more on standard error; twice or thrice for more still
    #[arg(short, long, action = ArgAction::Count, global = true, conflicts_with = "quiet")]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Progress: bars on a terminal, never, or JSON lines on standard error
    #[arg(long, value_enum, default_value_t, global = true, value_name = "MODE")]
    pub progress: Mode,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Dump one database to one archive
    Dump(dump::Args),
    /// Dump what belongs to the server: roles, users, tablespaces
    Globals(globals::Args),
    /// Restore an archive, with no psql or mysql
    Restore(Box<restore::Args>),
    /// Check archives: every checksum, every frame, the rows
    Verify(verify::Args),
    /// Show what an archive holds
    Show(show::Args),
    /// Compare two archives by their tables of contents
    Diff(diff::Args),
    /// Back up every configured target into the store
    Backup(backup::Args),
    /// Say now what would fail tonight: configuration, servers, rights, store
    Check(check::Args),
    /// Measure what bounds a dump of a database, and say which jobs and level suit it
    Bench(bench::Args),
    /// Link and remove backups as retention says, without making any
    Prune(prune::Args),
    /// Show what the store holds; the exit code tells monitors
    Status(status::Args),
    /// Stay in the foreground and run targets by their cron expressions
    Schedule(schedule::Args),
    /// Show what of a db_smart_backup's store is known, and how to go on with it
    Adopt(adopt::Args),
    /// Write a sample configuration or its schema, bring one over, check one
    Config(config::Args),
    /// Print the completions of a shell
    Completions(completions::Args),
    /// Print the manual page, or write one per command into a folder
    Man(man::Args),
}

impl Command {
    /// Whether it listens to signals by itself: it has hooks to run, or a database to drop.
    fn minds_signals(&self) -> bool {
        match self {
            Self::Backup(args) => !args.dry_run(),
            Self::Verify(args) => args.proves(),
            Self::Schedule(_) => true,
            _ => false,
        }
    }

    /// Runs it; gives the exit code.
    pub async fn run(self, ctx: &Context) -> Result<u8> {
        match self {
            Self::Dump(args) => dump::run(args, ctx).await,
            Self::Globals(args) => globals::run(args, ctx).await,
            Self::Restore(args) => restore::run(*args, ctx).await,
            Self::Verify(args) => verify::run(args, ctx).await,
            Self::Show(args) => show::run(&args, ctx),
            Self::Diff(args) => diff::run(&args, ctx),
            Self::Backup(args) => backup::run(args, ctx).await,
            Self::Check(args) => check::run(args, ctx).await,
            Self::Bench(args) => bench::run(args, ctx).await,
            Self::Prune(args) => prune::run(&args, ctx),
            Self::Status(args) => status::run(&args, ctx),
            Self::Schedule(args) => schedule::run(args, ctx).await,
            Self::Adopt(args) => adopt::run(&args, ctx),
            Self::Config(args) => config::run(args, ctx).await,
            Self::Completions(args) => completions::run(&args, ctx).map(|()| 0),
            Self::Man(args) => man::run(&args, ctx).map(|()| 0),
        }
    }
}

/// The whole command line, for completions and manual pages.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}
