//! Targets of kind `command`: programs whose standard output is a backup. As written and as
//! resolved. Pure.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::hook::{RawCommand, anchored};
use super::notify::time;
use super::raw::{RawDump, RawTarget};
use crate::error::{Error, Kind, Result};

/// The database of a command that lists none.
pub const ONLY: &str = "data";

/// `dump`: a table of switches, or of a command's target the program.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum RawDumpKey {
    /// Switches of `dumpkeep dump`.
    Switches(Box<RawDump>),
    /// A shell line or an argv array.
    Program(RawCommand),
}

impl Default for RawDumpKey {
    fn default() -> Self {
        Self::Switches(Box::default())
    }
}

/// By hand, and not untagged: an unknown key in the table must be named.
impl<'de> Deserialize<'de> for RawDumpKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DumpVisitor)
    }
}

struct DumpVisitor;

impl<'de> Visitor<'de> for DumpVisitor {
    type Value = RawDumpKey;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a table of switches, or of a command a shell line or an argv array")
    }

    fn visit_str<E>(self, line: &str) -> Result<RawDumpKey, E> {
        Ok(RawDumpKey::Program(RawCommand::Shell(line.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<RawDumpKey, A::Error> {
        let argv = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(RawDumpKey::Program(RawCommand::Argv(argv)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawDumpKey, A::Error> {
        RawDump::deserialize(MapAccessDeserializer::new(map))
            .map(|dump| RawDumpKey::Switches(Box::new(dump)))
    }
}

/// The programs of a target, with nothing left to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commands {
    /// Writes the globals.
    pub global: Option<Vec<String>>,
    /// Writes one database.
    pub dump: Vec<String>,
    /// Lists the databases.
    pub list: Option<Vec<String>>,
    /// What the files are called, before the compressor's ending.
    pub extension: String,
    /// How long each may take.
    pub timeout: Duration,
    /// Variables of the process that they are given.
    pub pass_env: Vec<String>,
}

impl RawTarget {
    /// The programs of a command's target. Of another kind: none, and its keys are refused.
    /// Programs named by a relative path are beside the configuration, in `base`.
    pub(super) fn commands(
        &self,
        command: bool,
        key: &str,
        base: &Path,
    ) -> Result<Option<Commands>> {
        let wrong = |what: &str| Error::new(Kind::Config, format!("{key} {what}"));
        if !command {
            let stray = self.global.is_some()
                || self.list.is_some()
                || self.extension.is_some()
                || self.timeout.is_some()
                || !self.pass_env.is_empty()
                || matches!(self.dump, RawDumpKey::Program(_));
            return if stray {
                Err(wrong("has keys of a command and is none")
                    .hint("Set kind = \"command\", or leave out global, list, extension, timeout, pass_env and a program in dump."))
            } else {
                Ok(None)
            };
        }
        let RawDumpKey::Program(dump) = &self.dump else {
            return Err(wrong("is a command without a program in dump"));
        };
        let extension = self.extension.clone().unwrap_or_else(|| "dump".to_owned());
        let plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain || !(1..=16).contains(&extension.len()) {
            return Err(wrong(
                "has an extension that is not 1 to 16 letters and digits",
            ));
        }
        let argv = |program: &RawCommand, name: &str| {
            let mut argv = program.argv(&format!("{key}: {name}"))?;
            anchored(&mut argv, base);
            Ok::<_, Error>(argv)
        };
        Ok(Some(Commands {
            global: self
                .global
                .as_ref()
                .map(|p| argv(p, "global"))
                .transpose()?,
            dump: argv(dump, "dump")?,
            list: self.list.as_ref().map(|p| argv(p, "list")).transpose()?,
            extension,
            timeout: time(self.timeout.as_deref(), "6h", &format!("{key}: timeout"))?,
            pass_env: self.pass_env.clone(),
        }))
    }
}
