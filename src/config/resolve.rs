//! From the configuration as written to a [`Job`]: every default filled in, every value checked,
//! patterns compiled, secrets out of sight. Pure: files that it names are read later.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;

use super::command::{Commands, RawDumpKey};
use super::expand::expand;
use super::hook::Hooks;
use super::keep::Policies;
use super::notify::{Mail, Place, Webhook};
use super::pattern::{Pattern, Wanted};
use super::prove::Prove;
use super::raw::{RawCompression, RawConfig, RawDump, RawTarget, RawWithoutLinks};
use super::secret::Secret;
pub use super::server::Engine;
use super::server::Server;
use super::surroundings::{self, Pages, Scheduler};
use crate::archive::codec::Codec;
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::plan::filter::Selection;
use crate::source::DumpOptions;
use crate::store::layout::{Modes, target_folder};

/// Where the store is where nothing is said.
const ROOT: &str = "/var/backups/dumpkeep";
/// How long a dump waits for a lock where nothing is said.
const LOCK_TIMEOUT: &str = "5m";

/// What the command line adds to the configuration.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// Only these targets, by name.
    pub targets: Vec<String>,
    /// Only databases that match these patterns, and no globals.
    pub databases: Vec<String>,
}

/// A run, with nothing left to decide.
#[derive(Debug, Clone)]
pub struct Job {
    /// The store's root.
    pub root: PathBuf,
    /// The zone of file names and periods.
    pub zone: Tz,
    /// How many logs are kept, one at least.
    pub logs: usize,
    /// Whether classes may hold copies where hard links are impossible.
    pub copies: bool,
    /// The space that stays free beside the next backup, in bytes.
    pub reserve: u64,
    /// How new files and folders are made.
    pub modes: Modes,
    /// The run's hooks.
    pub hooks: Hooks,
    /// Who is told by mail.
    pub mail: Option<Mail>,
    /// Addresses that are called.
    pub webhooks: Vec<Webhook>,
    /// Files that are written after the run.
    pub pages: Pages,
    /// How long the run may take.
    pub run_timeout: Option<Duration>,
    /// How `schedule` goes about it.
    pub scheduler: Scheduler,
    /// The servers.
    pub targets: Vec<Target>,
    /// All servers of the configuration with all their databases, whatever of them this run takes.
    pub all: Vec<Target>,
}

impl Job {
    /// The job that takes everything: what pages tell of.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self {
            targets: self.all.clone(),
            ..self.clone()
        }
    }
}

/// One server, with nothing left to decide.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its folder, in the root.
    pub folder: PathBuf,
    /// Which protocol is spoken.
    pub engine: Engine,
    /// Where it is.
    pub url: Secret,
    /// Its host or its socket's path, as far as the URL says.
    pub host: String,
    /// Its port.
    pub port: Option<u16>,
    /// Where the password comes from, if not from where the engine looks by itself.
    pub password: Password,
    /// Which databases.
    pub wanted: Wanted,
    /// Whether the globals are backed up.
    pub globals: bool,
    /// Connections for one database.
    pub jobs: usize,
    /// When `schedule` runs it.
    pub schedule: Option<String>,
    /// What is kept.
    pub policies: Policies,
    /// How archives are compressed.
    pub codec: Codec,
    /// How databases are dumped.
    pub options: DumpOptions,
    /// The hooks of its backups.
    pub hooks: Hooks,
    /// Databases that are dumped at once.
    pub parallel: usize,
    /// How often a database is begun again whose connection was lost.
    pub retries: u32,
    /// How backups are proven by restoring them, where they are.
    pub prove: Option<Prove>,
    /// The programs of a command's target.
    pub commands: Option<Commands>,
}

impl Target {
    /// Its server's URL, of this database, without passwords: for commands that are shown.
    #[must_use]
    pub fn shown_url(&self, database: &[u8]) -> String {
        let place = (self.host.as_str(), self.port);
        super::server::shown(self.engine, self.url.reveal(), place, database)
    }
}

/// Where a password comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// From where the engine's own tools look.
    Engine,
    /// From this file's first line.
    File(PathBuf),
    /// From the environment's variable of this name.
    Variable(String, Secret),
}

/// Resolves a configuration. `base` is the folder that relative paths start from.
pub fn resolve(raw: &RawConfig, flags: &Flags, env: &Env, base: &Path) -> Result<Job> {
    let root = expand(raw.root.as_deref().unwrap_or(ROOT), "root", env)?;
    if root.is_empty() {
        return Err(wrong("root is empty"));
    }
    if raw.target.is_empty() {
        return Err(wrong("no target is configured")
            .hint("Add a [[target]] with a url; dumpkeep config init prints a sample."));
    }
    let whole = Whole {
        raw,
        flags,
        env,
        base,
        hooks: raw.hooks.resolve("hooks")?.anchored(base),
    };
    let targets = whole.targets()?;
    apart(&targets)?;
    let none = Flags::default();
    let all = Whole {
        flags: &none,
        hooks: whole.hooks.clone(),
        ..whole
    };
    let all = all.targets()?;
    let place = Place { env, base };
    let webhooks = raw.webhook.iter().enumerate();
    Ok(Job {
        reserve: surroundings::reserve(&raw.store)?,
        modes: surroundings::modes(&raw.store)?,
        mail: raw
            .mail
            .as_ref()
            .map(|mail| mail.resolve(place))
            .transpose()?,
        webhooks: webhooks
            .map(|(index, webhook)| webhook.resolve(index, place))
            .collect::<Result<_>>()?,
        pages: surroundings::pages(&raw.report, place)?,
        run_timeout: surroundings::run_timeout(raw)?,
        scheduler: surroundings::scheduler(&raw.scheduler)?,
        root: base.join(root),
        zone: zone(raw, env)?,
        logs: usize::try_from(raw.retention.logs.unwrap_or(60).max(1)).unwrap_or(usize::MAX),
        hooks: whole.hooks.clone(),
        copies: raw.store.without_hard_links == Some(RawWithoutLinks::Copy),
        targets: chosen(targets, &flags.targets)?,
        all,
    })
}

fn wrong(what: impl Into<String>) -> Error {
    Error::new(Kind::Config, what)
}

fn zone(raw: &RawConfig, env: &Env) -> Result<Tz> {
    let (name, from) = match (&raw.timezone, env.var("TZ")) {
        (Some(name), _) => (expand(name, "timezone", env)?, "timezone"),
        (None, Some(name)) => (name.trim_start_matches(':').to_owned(), "TZ"),
        (None, None) => return Ok(Tz::UTC),
    };
    name.parse().map_err(|_| {
        wrong(format!("{from} names an unknown zone \"{name}\""))
            .hint("Set timezone to an IANA name such as Europe/Paris or UTC.")
    })
}

/// No two targets may share files: neither the same folder, nor one within the other.
fn apart(targets: &[Target]) -> Result<()> {
    for (index, a) in targets.iter().enumerate() {
        for b in &targets[index + 1..] {
            if a.folder.starts_with(&b.folder) || b.folder.starts_with(&a.folder) {
                return Err(wrong(format!(
                    "targets \"{}\" and \"{}\" would share a folder",
                    a.name, b.name
                ))
                .hint("Give each target a name of its own."));
            }
        }
    }
    Ok(())
}

fn chosen(targets: Vec<Target>, names: &[String]) -> Result<Vec<Target>> {
    let known: BTreeSet<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(
            Error::new(Kind::Usage, format!("there is no target \"{name}\""))
                .hint(format!("The configuration has {}.", known.join(", "))),
        );
    }
    let takes = |target: &Target| names.is_empty() || names.contains(&target.name);
    Ok(targets.into_iter().filter(takes).collect())
}

/// The configuration around a target.
struct Whole<'a> {
    raw: &'a RawConfig,
    flags: &'a Flags,
    env: &'a Env,
    base: &'a Path,
    hooks: Hooks,
}

impl Whole<'_> {
    fn targets(&self) -> Result<Vec<Target>> {
        let targets = self.raw.target.iter().enumerate();
        let targets = targets.map(|(index, target)| self.target(index, target));
        targets.collect()
    }

    fn target(&self, index: usize, raw: &RawTarget) -> Result<Target> {
        let key = match &raw.name {
            Some(name) => format!("target \"{name}\""),
            None => format!("target {}", index + 1),
        };
        let server = Server::of(&self.expanded(raw, &key)?, &key, self.env)?;
        let name = match &raw.name {
            Some(name) => expand(name, &format!("{key}: name"), self.env)?,
            None => server.default_name,
        };
        let folder = target_folder(&name);
        if folder.as_os_str().is_empty() {
            return Err(wrong(format!("{key} has an empty name")));
        }
        let commands = raw.commands(server.engine == Engine::Command, &key, self.base)?;
        if raw.globals == Some(false) && raw.databases.as_ref().is_some_and(Vec::is_empty) {
            return Err(wrong(format!(
                "{key} saves nothing: databases is empty and globals is false"
            )));
        }
        let globals = raw.globals.unwrap_or(true) && self.flags.databases.is_empty();
        Ok(Target {
            folder,
            engine: server.engine,
            url: Secret::new(server.url),
            password: self.password(raw, &key)?,
            wanted: self.wanted(raw, &key)?,
            globals: globals && commands.as_ref().is_none_or(|own| own.global.is_some()),
            jobs: count(raw.jobs, "jobs", &key)?,
            parallel: count(raw.parallel_databases, "parallel_databases", &key)?,
            retries: raw.retries.unwrap_or(2),
            prove: self.prove(raw, server.engine, &key)?,
            commands,
            schedule: raw.schedule.clone(),
            policies: Policies::resolve(&raw.keep, &raw.retention, &self.raw.retention, &key)?,
            codec: codec(&raw.compression, &self.raw.compression, &key)?,
            options: match &raw.dump {
                RawDumpKey::Switches(dump) => options(dump, &key)?,
                RawDumpKey::Program(_) => DumpOptions::default(),
            },
            hooks: raw
                .hooks
                .resolve_over(&self.hooks, &format!("{key}: hooks"))?
                .anchored(self.base),
            host: server.host,
            port: server.port,
            name,
        })
    }

    fn prove(&self, raw: &RawTarget, engine: Engine, key: &str) -> Result<Option<Prove>> {
        let jobs = count(raw.jobs, "jobs", key)?;
        let expand = |url: &str| expand(url, &format!("{key}: prove: url"), self.env);
        let prove = raw.prove.resolve(jobs, key, expand)?;
        let other = |prove: &Prove| Engine::of(prove.url.reveal()) != Some(engine);
        if prove.as_ref().is_some_and(other) {
            let what = format!("{key}: prove: url is not of the target's kind of server");
            return Err(wrong(what));
        }
        Ok(prove)
    }

    /// The keys that say where the server is, with their references replaced.
    fn expanded(&self, raw: &RawTarget, key: &str) -> Result<RawTarget> {
        let text = |value: &Option<String>, name: &str| {
            let value = value.as_deref();
            value
                .map(|value| expand(value, &format!("{key}: {name}"), self.env))
                .transpose()
        };
        Ok(RawTarget {
            url: text(&raw.url, "url")?,
            host: text(&raw.host, "host")?,
            user: text(&raw.user, "user")?,
            kind: raw.kind,
            port: raw.port,
            ..RawTarget::default()
        })
    }

    fn password(&self, raw: &RawTarget, key: &str) -> Result<Password> {
        let from = (raw.password_file.as_deref(), raw.password_env.as_deref());
        let place = Place {
            env: self.env,
            base: self.base,
        };
        place.password(from, key)
    }

    fn wanted(&self, raw: &RawTarget, key: &str) -> Result<Wanted> {
        let compile = |texts: &[String], name: &str| -> Result<Vec<Pattern>> {
            let key = format!("{key}: {name}");
            let texts = texts.iter().map(|text| expand(text, &key, self.env));
            texts.map(|text| Pattern::new(&text?, &key)).collect()
        };
        let all = ["*".to_owned()];
        let only = self.flags.databases.iter();
        Ok(Wanted {
            include: compile(raw.databases.as_deref().unwrap_or(&all), "databases")?,
            exclude: compile(&raw.exclude, "exclude")?,
            templates: raw.template.unwrap_or(false),
            only: only
                .map(|text| Pattern::new(text, "--database"))
                .collect::<Result<_>>()?,
        })
    }
}

fn count(given: Option<u32>, name: &str, key: &str) -> Result<usize> {
    let count = given.unwrap_or(1);
    if !(1..=64).contains(&count) {
        return Err(wrong(format!(
            "{key} has {name} = {count}, outside 1 to 64"
        )));
    }
    Ok(usize::try_from(count).unwrap_or(1))
}

fn codec(own: &RawCompression, whole: &RawCompression, key: &str) -> Result<Codec> {
    // A level belongs to its method: a target's own method doesn't take another's level.
    let (method, level) = match (&own.method, own.level) {
        (Some(method), level) => (method.as_str(), level),
        (None, level) => (
            whole.method.as_deref().unwrap_or("zstd"),
            level.or(whole.level),
        ),
    };
    let text = level.map_or_else(|| method.to_owned(), |level| format!("{method}:{level}"));
    text.parse().map_err(|cause: Error| {
        let said = cause.line();
        wrong(format!("{key}: {said}"))
            .hint("The methods are zstd, gzip, xz, bzip2 and none; none has no level.")
    })
}

fn options(raw: &RawDump, key: &str) -> Result<DumpOptions> {
    let timeout = raw.lock_timeout.as_deref().unwrap_or(LOCK_TIMEOUT);
    let timeout = super::duration::parse(timeout)
        .map_err(|said| wrong(format!("{key}: dump.lock_timeout: {said}")))?;
    let timeout = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
    Ok(DumpOptions {
        selection: Selection {
            exclude_tables: raw.exclude_table.clone(),
            exclude_table_data: raw.exclude_table_data.clone(),
            exclude_schemas: raw.exclude_schema.clone(),
            ..Selection::default()
        },
        lenient: raw.lenient,
        no_owner: raw.no_owner,
        no_privileges: raw.no_privileges,
        no_comments: raw.no_comments,
        no_tablespaces: raw.no_tablespaces,
        inserts: raw.inserts,
        lock_timeout_ms: (timeout > 0).then_some(timeout),
        mysql: super::mysql::options(raw).map_err(|said| wrong(format!("{key}: {said}")))?,
        ..DumpOptions::default()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::config::raw::parse;

    fn env(vars: &[(&str, &str)]) -> Env {
        let vars = vars.iter().map(|(name, value)| (name.into(), value.into()));
        Env {
            vars: vars.collect(),
            ..Env::read()
        }
    }

    fn job(text: &str) -> Result<Job> {
        let raw = parse(text, "x.toml")?;
        let env = env(&[("DB", "db9"), ("PW", "marker")]);
        resolve(&raw, &Flags::default(), &env, Path::new("/etc/dumpkeep"))
    }

    const ONE: &str = "[[target]]\nurl = \"postgres://db1/\"\n";

    #[test]
    fn every_key_has_a_default_but_the_server() {
        let job = job(ONE).unwrap();
        assert_eq!(job.root, Path::new(ROOT));
        assert_eq!((job.zone, job.logs, job.copies), (Tz::UTC, 60, false));
        let target = &job.targets[0];
        assert_eq!(target.name, "postgresql/db1");
        assert_eq!((target.jobs, target.globals), (1, true));
        assert_eq!(target.codec.to_string(), "zstd:3");
        assert_eq!(target.options.lock_timeout_ms, Some(300_000));
    }

    #[test]
    fn targets_override_the_whole() {
        let text = "root = \"store\"\ntimezone = \"Europe/Paris\"\n[retention]\nlast = 3\ndays = 0\n\
            [compression]\nmethod = \"xz\"\nlevel = 9\n[[target]]\nhost = \"${DB}\"\n\
            retention = { days = 5 }\ncompression = { method = \"gzip\" }\npassword_env = \"PW\"\n";
        let job = job(text).unwrap();
        assert_eq!(job.root, Path::new("/etc/dumpkeep/store"));
        assert_eq!(job.zone, Tz::Europe__Paris);
        let target = &job.targets[0];
        assert_eq!((target.policies.all.last, target.policies.all.days), (3, 5));
        assert_eq!(target.codec.to_string(), "gzip:6");
        assert_eq!(target.url.reveal(), "postgres://db9/");
        assert!(!format!("{job:?}").contains("marker"));
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (text, part) in [
            (String::new(), "no target"),
            (
                format!("timezone = \"Mars\"\n{ONE}"),
                "unknown zone \"Mars\"",
            ),
            (format!("{ONE}{ONE}"), "would share a folder"),
            (
                format!("{ONE}[[target]]\nname = \"postgresql\"\nurl = \"mysql://a/\""),
                "would share",
            ),
            (format!("{ONE}jobs = 0"), "outside 1 to 64"),
            (
                format!("[retention]\nlast=0\ndays=0\nweeks=0\nmonths=0\nyears=0\n{ONE}"),
                "keeps nothing",
            ),
            (
                format!("{ONE}compression = {{ method = \"lz4\" }}"),
                "unknown compression",
            ),
            (
                format!("{ONE}compression = {{ level = 99 }}"),
                "level outside",
            ),
            (format!("{ONE}databases = [\"\"]"), "empty pattern"),
            (format!("{ONE}password_env = \"NONE\""), "which is not set"),
            (
                format!("{ONE}dump = {{ lock_timeout = \"soon\" }}"),
                "no length of time",
            ),
            (format!("{ONE}name = \"/\""), "empty name"),
        ] {
            let error = job(&text).unwrap_err();
            assert!(error.line().contains(part), "{error}");
            assert_eq!(error.exit_code(), 2, "{error}");
        }
    }

    #[test]
    fn runs_choose_targets_and_databases() {
        let raw = parse(
            &format!("{ONE}[[target]]\nname = \"b\"\nurl = \"mysql://b/\""),
            "x",
        )
        .unwrap();
        let flags = |target: &str| Flags {
            targets: vec![target.to_owned()],
            databases: vec!["shop".to_owned()],
        };
        let run = |target| resolve(&raw, &flags(target), &env(&[]), Path::new("/"));
        let job = run("b").unwrap();
        assert_eq!(job.targets.len(), 1);
        assert!(!job.targets[0].globals);
        assert_eq!(run("c").unwrap_err().kind(), Kind::Usage);
    }
}
