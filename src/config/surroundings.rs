//! The whole run's settings beside targets, hooks and mail: the store's modes, the files that are
//! written after it, time limits, the scheduler. Pure.

use std::path::PathBuf;
use std::time::Duration;

use super::expand::expand;
use super::notify::{Place, time};
use super::raw::{RawConfig, RawMissed, RawReport, RawScheduler, RawStore};
use super::{duration, size};
use crate::error::{Error, Kind, Result};
use crate::store::layout::Modes;

/// Files that are written after each run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    /// The page of all backups.
    pub html: Option<PathBuf>,
    /// Metrics for node_exporter's textfile collector.
    pub prometheus: Option<PathBuf>,
}

/// How `dumpkeep schedule` goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheduler {
    /// The most that a start is put off.
    pub jitter: Duration,
    /// Whether a missed start is made good, once.
    pub catch_up: bool,
    /// How long a run may go on after it was asked to end.
    pub grace: Duration,
}

fn wrong(what: String) -> Error {
    Error::new(Kind::Config, what)
}

pub(super) fn pages(raw: &RawReport, place: Place<'_>) -> Result<Pages> {
    let path = |value: &Option<String>, key: &str| {
        let value = value.as_deref();
        value
            .map(|value| expand(value, key, place.env).map(|path| place.base.join(path)))
            .transpose()
    };
    Ok(Pages {
        html: path(&raw.html, "report.html")?,
        prometheus: path(&raw.prometheus, "report.prometheus")?,
    })
}

pub(super) fn scheduler(raw: &RawScheduler) -> Result<Scheduler> {
    Ok(Scheduler {
        jitter: time(raw.jitter.as_deref(), "0", "scheduler.jitter")?,
        catch_up: raw.missed.unwrap_or_default() == RawMissed::Run,
        grace: time(raw.grace.as_deref(), "10s", "scheduler.grace")?,
    })
}

pub(super) fn run_timeout(raw: &RawConfig) -> Result<Option<Duration>> {
    let text = raw.run_timeout.as_deref();
    let limit = text.map(duration::parse).transpose();
    let limit = limit.map_err(|said| wrong(format!("run_timeout: {said}")))?;
    Ok(limit.filter(|limit| !limit.is_zero()))
}

pub(super) fn reserve(raw: &RawStore) -> Result<u64> {
    size::parse(raw.reserve.as_deref().unwrap_or("0"))
        .map_err(|said| wrong(format!("store.reserve: {said}")))
}

pub(super) fn modes(raw: &RawStore) -> Result<Modes> {
    let mode = |text: &Option<String>, default: u32, key: &str, own: u32| match text {
        None => Ok(default),
        Some(text) => match u32::from_str_radix(text, 8) {
            Ok(mode) if mode <= 0o7777 && mode & own == own => Ok(mode),
            _ => Err(wrong(format!(
                "store.{key} is \"{text}\", not an octal mode that lets the owner at it"
            ))),
        },
    };
    let usual = Modes::default();
    Ok(Modes {
        file: mode(&raw.file_mode, usual.file, "file_mode", 0o600)?,
        dir: mode(&raw.dir_mode, usual.dir, "dir_mode", 0o700)?,
        owner: raw.owner,
        group: raw.group,
    })
}
