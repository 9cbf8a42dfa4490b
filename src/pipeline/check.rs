//! Everything that would fail tonight, said now: the store's file system, the servers, and a
//! snapshot with all catalogs of every database that a run would take. No row is read.

mod around;
mod credential;

use std::io;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use serde::Serialize;

use crate::config::notify::{Mail, MailBy};
use crate::config::pattern::Pattern;
use crate::config::resolve::Password;
use crate::config::{Job, Target};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::notify::mail;
use crate::pipeline::backup::{Offer, nothing, offer, offered};
use crate::pipeline::connect::{Reached, connect};
use crate::pipeline::password::{known, readable_by_all};
use crate::report::size;
use crate::retention::scan::{backups, homes};
use crate::schedule::Schedule;
use crate::source::{Catalog, Snapshot as _, Source};
use crate::store::fs;
use crate::store::layout::{LOCK, LOGS};
use crate::store::lock::Lock;

/// How a finding is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is as it should be.
    Ok,
    /// A run would go well; the user may want it otherwise.
    Warning,
    /// A run would fail.
    Failure,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// How it is to be taken.
    pub level: Level,
    /// What was looked at: "store", a target, a database.
    pub subject: String,
    /// What is the case.
    pub message: String,
}

/// The findings, in the order in which they were made.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Whether a run would go well.
    #[must_use]
    pub fn well(&self) -> bool {
        self.0.iter().all(|finding| finding.level != Level::Failure)
    }

    fn add(&mut self, level: Level, subject: &str, message: impl Into<String>) {
        self.0.push(Finding {
            level,
            subject: subject.to_owned(),
            message: message.into(),
        });
    }

    fn failed(&mut self, subject: &str, error: &Error) {
        let report = error.report();
        let report = report.strip_prefix("error: ").unwrap_or(&report);
        self.add(Level::Failure, subject, report);
    }

    /// The value, or a finding that says why there is none.
    fn take<T>(&mut self, subject: &str, found: Result<T>) -> Option<T> {
        found.map_err(|error| self.failed(subject, &error)).ok()
    }
}

/// Checks the store and every target.
pub async fn check(job: &Job, env: &Env) -> Findings {
    let mut findings = Findings::default();
    let stored = store(job, &mut findings);
    findings.take("store", stored);
    around::around(job, env, &mut findings);
    for target in &job.targets {
        let from = credential::of_target(target, env).transpose();
        if let Some(Some(from)) = findings.take(&target.name, from) {
            findings.add(Level::Ok, &target.name, format!("password: {from}"));
        }
        secret_file(&target.password, &target.name, &mut findings);
        match target.commands {
            Some(_) => program(target, env, &mut findings).await,
            None => server(target, env, &mut findings, false).await,
        }
        let schedule = target.schedule.as_deref();
        let schedule = schedule.map(|text| Schedule::parse(text, "schedule"));
        findings.take(&target.name, schedule.transpose());
    }
    if let Some(wanted) = &job.mail {
        if let MailBy::Smtp { password, .. } = &wanted.by {
            if let Some(from) = credential::configured(password, env) {
                findings.add(Level::Ok, "mail", format!("password: {from}"));
            }
            secret_file(password, "mail", &mut findings);
        }
        let found = mail_works(wanted, env).await;
        if let Some(said) = findings.take("mail", found) {
            findings.add(Level::Ok, "mail", said);
        }
    }
    findings
}

/// A file with a secret that everybody can read is for the user to close.
fn secret_file(password: &Password, subject: &str, findings: &mut Findings) {
    if let Password::File(path) = password
        && readable_by_all(path)
    {
        let message = format!(
            "the password file {} is readable by everybody",
            path.display()
        );
        findings.add(Level::Warning, subject, message);
    }
}

async fn mail_works(wanted: &Mail, env: &Env) -> Result<String> {
    let password = mail::password(wanted).map(known).transpose()?.flatten();
    mail::check(wanted, password.as_ref(), &env.host).await
}

/// A command's list is asked for; its other programs would write whole backups.
async fn program(target: &Target, env: &Env, findings: &mut Findings) {
    let named = offered(target, env).await;
    let Some((found, missing)) = findings.take(&target.name, named) else {
        return;
    };
    if let Some(error) = nothing(target, found.len() + missing.len()) {
        findings.failed(&target.name, &error);
        return;
    }
    for name in missing {
        let message = format!("there is no database {name}");
        findings.add(Level::Failure, &target.name, message);
    }
    let message = format!("a command would write {}", found.join(", "));
    findings.add(Level::Ok, &target.name, message);
}

/// Checks one server, without a store; of its databases the one that the URL names, if it does.
pub async fn check_server(target: &Target, env: &Env) -> Findings {
    let mut findings = Findings::default();
    server(target, env, &mut findings, true).await;
    findings
}

fn store(job: &Job, findings: &mut Findings) -> Result<()> {
    let root = &job.root;
    if !root.is_dir() {
        return future_root(job, findings);
    }
    if root.join(LOCK).exists() {
        match Lock::take(root) {
            Err(error) if error.kind() == Kind::Locked => {
                findings.add(Level::Warning, "store", "a run is at work now");
            }
            taken => drop(taken?),
        }
    }
    for folder in folders(job) {
        links(&folder, job.copies, findings)?;
    }
    writable(job, findings)?;
    space(job, findings)
}

/// Folders that another user has made, by a run by hand perhaps.
fn writable(job: &Job, findings: &mut Findings) -> Result<()> {
    let mut folders = vec![job.root.join(LOGS)];
    for target in &job.targets {
        for home in homes(&job.root.join(&target.folder))? {
            folders.extend(home.folders());
            folders.push(home.path);
        }
    }
    for folder in folders.iter().filter(|folder| fs::may_be_folder(folder)) {
        findings.take("store", fs::writable(folder));
    }
    Ok(())
}

/// Whether classes can hold hard links here.
fn links(folder: &Path, copies: bool, findings: &mut Findings) -> Result<()> {
    let (level, said) = match (fs::probe_links(folder)?, copies) {
        (true, _) => (Level::Ok, "can be written and has hard links"),
        (false, true) => (Level::Warning, "has no hard links: classes hold copies"),
        (false, false) => (Level::Failure, "has no hard links, and copies are refused"),
    };
    findings.add(level, "store", format!("{} {said}", folder.display()));
    Ok(())
}

/// The root and the targets' folders that are there: each may be a mount of its own.
fn folders(job: &Job) -> Vec<PathBuf> {
    let targets = job.targets.iter();
    let targets = targets.map(|target| job.root.join(&target.folder));
    std::iter::once(job.root.clone())
        .chain(targets)
        .filter(|folder| folder.is_dir())
        .collect()
}

/// A root that the first run will make, on the file system of the folder above it.
fn future_root(job: &Job, findings: &mut Findings) -> Result<()> {
    let root = &job.root;
    if root.symlink_metadata().is_ok() {
        return Err(fs::failed("use", root, io::ErrorKind::NotADirectory.into()));
    }
    let there = root.ancestors().find(|folder| folder.exists());
    let there = there.unwrap_or(Path::new("/"));
    fs::writable(there)?;
    let message = format!("{} will be made in {}", root.display(), there.display());
    findings.add(Level::Ok, "store", message);
    links(there, job.copies, findings)
}

/// Tonight needs about as much as the newest backups take.
fn space(job: &Job, findings: &mut Findings) -> Result<()> {
    let mut needed = 0;
    for target in &job.targets {
        for home in homes(&job.root.join(&target.folder))? {
            needed += backups(&home)?.last().map_or(0, |newest| newest.bytes);
        }
    }
    let free = fs::free_space(&job.root)?;
    let level = match free {
        free if free < needed => Level::Failure,
        free if free / 2 < needed => Level::Warning,
        _ => Level::Ok,
    };
    let message = format!(
        "{} free; the newest backups take {}",
        size(free),
        size(needed)
    );
    findings.add(level, "store", message);
    Ok(())
}

/// `named`: the URL's database alone counts, where it names one.
async fn server(target: &Target, env: &Env, findings: &mut Findings, named: bool) {
    let name = &target.name;
    let reached = connect(target, env).await;
    let Some(reached) = findings.take(name, reached) else {
        return;
    };
    let encrypted = reached.encrypted().await;
    if let Some(tls) = findings.take(name, encrypted) {
        let said = if tls { "with TLS" } else { "without TLS" };
        findings.add(Level::Ok, name, format!("connected {said}"));
    }
    match &reached {
        Reached::Postgres(source) => {
            source_of(&narrowed(target, source, named), source, findings).await;
        }
        Reached::Mysql(source, _) => {
            source_of(&narrowed(target, source, named), source, findings).await;
        }
    }
}

fn narrowed<S: Source>(target: &Target, source: &S, named: bool) -> Target {
    let mut target = target.clone();
    if named && !source.database().is_empty() {
        target.wanted.include = vec![Pattern::exact(source.database())];
    }
    target
}

async fn source_of<S: Source>(target: &Target, source: &S, findings: &mut Findings) {
    let name = &target.name;
    let server = source.server();
    let message = format!(
        "{} {} at {}",
        server.product, server.version, server.address
    );
    findings.add(Level::Ok, name, message);
    if target.globals {
        let globals = source.globals(&target.options).await;
        if let Some(globals) = findings.take(&format!("{name}: globals"), globals) {
            catalog(&format!("{name}: globals"), &globals.catalog, findings);
        }
    }
    let offer = offer(source, target).await;
    if let Some(offer) = findings.take(name, offer) {
        databases(target, source, offer, findings).await;
    }
}

async fn databases<S: Source>(target: &Target, source: &S, offer: Offer, findings: &mut Findings) {
    if let Some(error) = nothing(target, offer.databases.len() + offer.missing.len()) {
        findings.failed(&target.name, &error);
    }
    for missing in offer.missing {
        let message = format!("there is no database {missing}");
        findings.add(Level::Failure, &target.name, message);
    }
    for database in offer.databases {
        let subject = format!("{}: {}", target.name, database.name.to_str_lossy());
        if let Some(why) = database.refuses {
            findings.add(Level::Failure, &subject, format!("cannot be dumped: {why}"));
            continue;
        }
        let read = rehearse(target, source, &database.name).await;
        if let Some(read) = findings.take(&subject, read) {
            catalog(&subject, &read, findings);
        }
    }
}

/// All that a dump does before it reads rows: connections, locks, catalogs.
async fn rehearse<S: Source>(target: &Target, source: &S, database: &[u8]) -> Result<Catalog> {
    let snapshots = source.snapshot(database, target.jobs, &target.options);
    let mut snapshots = snapshots.await?.into_iter();
    let nothing = || Error::new(Kind::Internal, "no snapshot was opened");
    let mut leader = snapshots.next().ok_or_else(nothing)?;
    let catalog = leader.entries().await?;
    for worker in snapshots {
        worker.close().await?;
    }
    leader.close().await?;
    Ok(catalog)
}

fn catalog(subject: &str, read: &Catalog, findings: &mut Findings) {
    let message = format!("{} objects can be dumped", read.entries.len());
    findings.add(Level::Ok, subject, message);
    for warning in &read.warnings {
        let message = format!("{}: {}", warning.object, warning.message);
        findings.add(Level::Warning, subject, message);
    }
}
