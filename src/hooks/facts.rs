//! What a hook is told: variables, and the same as JSON. No secrets.

use serde::Serialize;

use crate::config::Target;
use crate::config::hook::Stage;
use crate::report::{BackupReport, Report, Status};

/// The variables, in the order of the documentation's table, each with its meaning.
pub const VARIABLES: [(&str, &str); 14] = [
    ("DUMPKEEP_STAGE", "the stage's name"),
    ("DUMPKEEP_RUN_ID", "the run's name: the time it began"),
    ("DUMPKEEP_ROOT", "the store's root"),
    ("DUMPKEEP_TARGET", "the target's name"),
    ("DUMPKEEP_KIND", "`postgresql`, `mysql` or `command`"),
    ("DUMPKEEP_HOST", "the server's host, or its socket's path"),
    ("DUMPKEEP_PORT", "the server's port"),
    (
        "DUMPKEEP_DATABASE",
        "the database's name; `__GLOBAL__` for the globals",
    ),
    ("DUMPKEEP_FILE", "the archive's path"),
    ("DUMPKEEP_LINKS", "the new links' paths, one a line"),
    ("DUMPKEEP_SIZE", "the archive's size in bytes"),
    ("DUMPKEEP_DURATION", "how long it took, in seconds"),
    ("DUMPKEEP_STATUS", "`success` or `failure`"),
    ("DUMPKEEP_ERROR", "what went wrong, on one line"),
];

/// What a hook is told; what has no meaning at its stage is left out.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    stage: Stage,
    run_id: String,
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Which run it is.
#[derive(Debug, Clone)]
pub struct RunName {
    id: String,
    root: String,
}

impl From<&Report> for RunName {
    fn from(report: &Report) -> Self {
        Self {
            id: report.run_id.clone(),
            root: report.root.clone(),
        }
    }
}

impl Facts {
    /// Of a stage before there is anything to tell.
    #[must_use]
    pub fn of_run(stage: Stage, run: RunName) -> Self {
        Self {
            stage,
            run_id: run.id,
            root: run.root,
            target: None,
            kind: None,
            host: None,
            port: None,
            database: None,
            file: None,
            links: Vec::new(),
            size: None,
            duration: None,
            status: None,
            error: None,
        }
    }

    /// Of a stage when the backups are made.
    #[must_use]
    pub fn of_end(stage: Stage, report: &Report, seconds: u64) -> Self {
        Self {
            duration: Some(seconds),
            status: Some(report.status),
            error: report.first_failure().map(str::to_owned),
            size: Some(report.bytes()),
            ..Self::of_run(stage, report.into())
        }
    }

    /// Of a stage of one backup.
    #[must_use]
    pub fn of_backup(stage: Stage, run: RunName, target: &Target, backup: &BackupReport) -> Self {
        Self {
            target: Some(target.name.clone()),
            kind: Some(target.engine.name()),
            host: Some(target.host.clone()),
            port: target.port,
            database: Some(backup.name().to_owned()),
            file: backup.file.clone(),
            links: backup.links.clone(),
            size: backup.bytes,
            duration: Some(whole_seconds(backup.seconds)),
            status: Some(backup.status),
            error: backup.failure().map(|failure| failure.message.clone()),
            ..Self::of_run(stage, run)
        }
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The variables that have a meaning here.
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let links = (!self.links.is_empty()).then(|| self.links.join("\n"));
        let status = self.status.map(|status| status.name().to_owned());
        let values = [
            Some(self.stage.name().to_owned()),
            Some(self.run_id.clone()),
            Some(self.root.clone()),
            self.target.clone(),
            self.kind.map(str::to_owned),
            self.host.clone(),
            self.port.map(|port| port.to_string()),
            self.database.clone(),
            self.file.clone(),
            links,
            self.size.map(|size| size.to_string()),
            self.duration.map(|seconds| seconds.to_string()),
            status,
            self.error.clone(),
        ];
        let names = VARIABLES.iter().map(|(name, _)| *name);
        let given = names.zip(values);
        // A NUL, which a name can't hold but a message might, ends no variable.
        given
            .filter_map(|(name, value)| Some((name, value?.replace('\0', "\\0"))))
            .collect()
    }

    /// The same as one JSON document.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a duration that was measured"
)]
fn whole_seconds(seconds: f64) -> u64 {
    seconds.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_every_stage_and_variable() {
        let page = include_str!("../../docs/hooks.md");
        for stage in Stage::ALL {
            assert!(
                page.contains(&format!("| `{}` |", stage.name())),
                "{stage:?}"
            );
        }
        for (name, meaning) in VARIABLES {
            assert!(
                page.contains(&format!("| `{name}` | {meaning} |")),
                "{name}"
            );
        }
        assert_eq!(page.matches("| `DUMPKEEP_").count(), VARIABLES.len());
    }
}
