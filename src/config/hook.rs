//! Hooks as configured: which program runs at which stage. Pure.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::duration;
use crate::error::{Error, Kind, Result};

/// How long a hook may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Before anything is dumped.
    PreBackup,
    /// A server's globals are saved and linked.
    PostGlobalBackup,
    /// They could not be saved.
    PostGlobalBackupFailure,
    /// A database is saved and linked.
    PostDbBackup,
    /// It could not be saved.
    PostDbBackupFailure,
    /// Its old backups were pruned.
    PostRotate,
    /// The old logs are gone.
    PostCleanup,
    /// All targets are done.
    PostBackup,
    /// The mail was sent.
    PostMail,
    /// The run ends with a non-zero code.
    Failure,
}

impl Stage {
    /// All of them, in the order of a run.
    pub const ALL: [Self; 10] = [
        Self::PreBackup,
        Self::PostGlobalBackup,
        Self::PostGlobalBackupFailure,
        Self::PostDbBackup,
        Self::PostDbBackupFailure,
        Self::PostRotate,
        Self::PostCleanup,
        Self::PostBackup,
        Self::PostMail,
        Self::Failure,
    ];

    /// Its key in the configuration, and `DUMPKEEP_STAGE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreBackup => "pre_backup",
            Self::PostGlobalBackup => "post_global_backup",
            Self::PostGlobalBackupFailure => "post_global_backup_failure",
            Self::PostDbBackup => "post_db_backup",
            Self::PostDbBackupFailure => "post_db_backup_failure",
            Self::PostRotate => "post_rotate",
            Self::PostCleanup => "post_cleanup",
            Self::PostBackup => "post_backup",
            Self::PostMail => "post_mail",
            Self::Failure => "failure",
        }
    }

    /// Whether it belongs to one backup, so that a target may have its own.
    #[must_use]
    pub fn of_backup(self) -> bool {
        matches!(
            self,
            Self::PostGlobalBackup
                | Self::PostGlobalBackupFailure
                | Self::PostDbBackup
                | Self::PostDbBackupFailure
                | Self::PostRotate
        )
    }
}

/// The hooks, as written.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawHooks {
    /// Before anything is dumped.
    pub pre_backup: Option<RawHook>,
    /// A server's globals are saved and linked.
    pub post_global_backup: Option<RawHook>,
    /// They could not be saved.
    pub post_global_backup_failure: Option<RawHook>,
    /// A database is saved and linked.
    pub post_db_backup: Option<RawHook>,
    /// It could not be saved.
    pub post_db_backup_failure: Option<RawHook>,
    /// Its old backups were pruned.
    pub post_rotate: Option<RawHook>,
    /// The old logs are gone.
    pub post_cleanup: Option<RawHook>,
    /// All targets are done.
    pub post_backup: Option<RawHook>,
    /// The mail was sent.
    pub post_mail: Option<RawHook>,
    /// The run ends with a non-zero code. Runs last.
    pub failure: Option<RawHook>,
    /// Environment variables that hooks are given beside the usual ones. Only in the whole
    /// configuration's table.
    pub pass_env: Vec<String>,
}

/// A hook, as written: a shell line, an argv array, or a table with more.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum RawHook {
    /// A shell line or an argv array.
    Plain(RawCommand),
    /// With a time limit or a say about errors.
    Table(RawHookTable),
}

/// What is run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum RawCommand {
    /// A line for `/bin/sh -c`.
    Shell(String),
    /// A program and its arguments.
    Argv(Vec<String>),
}

impl RawCommand {
    /// The program and its arguments; `key` names the place in messages.
    pub(super) fn argv(&self, key: &str) -> Result<Vec<String>> {
        let argv = match self {
            Self::Shell(line) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()],
            Self::Argv(argv) => argv.clone(),
        };
        if argv.first().is_none_or(String::is_empty) || argv.last().is_some_and(String::is_empty) {
            let what = format!("{key}: there is no program");
            return Err(Error::new(Kind::Config, what));
        }
        Ok(argv)
    }
}

/// A program that is named by a relative path is beside the configuration, whose folder is `base`.
pub(super) fn anchored(argv: &mut [String], base: &Path) {
    if let Some(program) = argv.first_mut().filter(|program| program.contains('/')) {
        *program = base.join(&*program).display().to_string();
    }
}

/// A hook with all its settings.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RawHookTable {
    /// What is run.
    pub command: RawCommand,
    /// How long it may take: 90s, 15m. Default 30m.
    pub timeout: Option<String>,
    /// Whether its failure is the run's. Default fail.
    pub on_error: Option<OnError>,
}

/// What a hook's failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The run ends with 5; a `pre_backup` stops it.
    Fail,
    /// It is logged.
    Warn,
}

/// By hand, and not untagged: an unknown key in the table must be named.
impl<'de> Deserialize<'de> for RawHook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawHookVisitor)
    }
}

struct RawHookVisitor;

impl<'de> Visitor<'de> for RawHookVisitor {
    type Value = RawHook;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a shell line, an argv array or a table with a command")
    }

    fn visit_str<E>(self, line: &str) -> Result<RawHook, E> {
        Ok(RawHook::Plain(RawCommand::Shell(line.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<RawHook, A::Error> {
        let argv = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(RawHook::Plain(RawCommand::Argv(argv)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawHook, A::Error> {
        RawHookTable::deserialize(MapAccessDeserializer::new(map)).map(RawHook::Table)
    }
}

/// A hook, with nothing left to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// When it runs.
    pub stage: Stage,
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// What its failure means.
    pub on_error: OnError,
}

/// The hooks of a run or a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    /// One a stage at most.
    pub hooks: BTreeMap<Stage, Hook>,
    /// Variables of the process that they are given.
    pub pass_env: Vec<String>,
}

impl Hooks {
    /// With relative programs beside the configuration.
    pub(super) fn anchored(mut self, base: &Path) -> Self {
        for hook in self.hooks.values_mut() {
            anchored(&mut hook.argv, base);
        }
        self
    }
}

impl RawHooks {
    fn stages(&self) -> [(Stage, &Option<RawHook>); 10] {
        [
            (Stage::PreBackup, &self.pre_backup),
            (Stage::PostGlobalBackup, &self.post_global_backup),
            (
                Stage::PostGlobalBackupFailure,
                &self.post_global_backup_failure,
            ),
            (Stage::PostDbBackup, &self.post_db_backup),
            (Stage::PostDbBackupFailure, &self.post_db_backup_failure),
            (Stage::PostRotate, &self.post_rotate),
            (Stage::PostCleanup, &self.post_cleanup),
            (Stage::PostBackup, &self.post_backup),
            (Stage::PostMail, &self.post_mail),
            (Stage::Failure, &self.failure),
        ]
    }

    /// The run's hooks. References in them are the shell's affair: none is replaced here.
    pub(super) fn resolve(&self, key: &str) -> Result<Hooks> {
        let mut hooks = BTreeMap::new();
        for (stage, raw) in self.stages() {
            if let Some(raw) = raw {
                hooks.insert(stage, hook(stage, raw, &format!("{key}.{}", stage.name()))?);
            }
        }
        let pass_env = self.pass_env.clone();
        Ok(Hooks { hooks, pass_env })
    }

    /// A target's: its own in the place of the run's, stage by stage.
    pub(super) fn resolve_over(&self, run: &Hooks, key: &str) -> Result<Hooks> {
        let own = self.resolve(key)?;
        if let Some(stage) = own.hooks.keys().find(|stage| !stage.of_backup()) {
            let what = format!("{key}.{} belongs to the whole run", stage.name());
            return Err(Error::new(Kind::Config, what).hint("Put it into [hooks]."));
        }
        if !own.pass_env.is_empty() {
            let what = format!("{key}.pass_env belongs to the whole run");
            return Err(Error::new(Kind::Config, what).hint("Put it into [hooks]."));
        }
        let mut all = run.clone();
        all.hooks.extend(own.hooks);
        Ok(all)
    }
}

fn hook(stage: Stage, raw: &RawHook, key: &str) -> Result<Hook> {
    let wrong = |what: String| Error::new(Kind::Config, format!("{key}: {what}"));
    let (command, timeout, on_error) = match raw {
        RawHook::Plain(command) => (command, None, None),
        RawHook::Table(table) => (&table.command, table.timeout.as_deref(), table.on_error),
    };
    let argv = command.argv(key)?;
    let timeout = match timeout {
        None => TIMEOUT,
        Some(text) => duration::parse(text).map_err(wrong)?,
    };
    if timeout.is_zero() {
        return Err(wrong("its time limit is 0".to_owned()));
    }
    let on_error = on_error.unwrap_or(OnError::Fail);
    Ok(Hook {
        stage,
        argv,
        timeout,
        on_error,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::config::raw::parse;

    fn hooks(text: &str) -> Result<Hooks> {
        parse(&format!("[hooks]\n{text}"), "x")?
            .hooks
            .resolve("hooks")
    }

    #[test]
    fn lines_arrays_and_tables() {
        let all = hooks(
            "pre_backup = \"echo ${X}\"\npost_backup = [\"/bin/true\", \"a b\"]\n\
             failure = { command = [\"x\"], timeout = \"5s\", on_error = \"warn\" }",
        )
        .unwrap();
        let argv = |stage| all.hooks[&stage].argv.join("|");
        assert_eq!(argv(Stage::PreBackup), "/bin/sh|-c|echo ${X}");
        assert_eq!(argv(Stage::PostBackup), "/bin/true|a b");
        let failure = &all.hooks[&Stage::Failure];
        assert_eq!(
            (failure.timeout.as_secs(), failure.on_error),
            (5, OnError::Warn)
        );
    }

    #[test]
    fn wrong_ones_are_named() {
        for (text, part) in [
            ("pre_backup = []", "hooks.pre_backup: there is no program"),
            ("pre_backup = \"\"", "there is no program"),
            (
                "failure = { command = [\"x\"], timeout = \"0\" }",
                "limit is 0",
            ),
            (
                "failure = { command = [\"x\"], time = \"5s\" }",
                "Did you mean timeout?",
            ),
            ("failure = 5", "a shell line, an argv array or a table"),
            ("post_db = \"x\"", "Did you mean"),
        ] {
            let report = hooks(text).unwrap_err().report();
            assert!(report.contains(part), "{report}");
        }
    }

    #[test]
    fn every_stage_has_its_key() {
        for stage in Stage::ALL {
            let all = hooks(&format!("{} = \"x\"", stage.name())).unwrap();
            assert_eq!(all.hooks.keys().collect::<Vec<_>>(), [&stage]);
            let name = serde_json::to_value(stage).unwrap();
            assert_eq!(name, stage.name());
        }
    }
}
