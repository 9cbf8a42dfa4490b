//! Globals on a server that has some of them: accounts that exist stay as they are, unless the user
//! says otherwise.

use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use crate::archive::toc::TocEntry;
use crate::error::Result;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::runner::Runner;
use crate::source::{Existing, Target};

/// The entries without those that would change what exists. What is left alone is noted, and what
/// is not, where it is the account that the restore came in with.
pub(super) async fn leave_existing<T: Target>(
    runner: &mut Runner<'_, T>,
    chosen: Vec<Arc<TocEntry>>,
    job: &RestoreJob,
) -> Result<Vec<Arc<TocEntry>>> {
    let existing = runner.target().existing().await?;
    let mut left = Vec::new();
    for entry in chosen {
        match about(&entry) {
            Some((kind, name)) if is_there(&existing, kind, &name) => {
                if overwrites(kind, job) {
                    note_own(&entry, &existing, &name);
                    left.push(entry);
                } else if entry.kind == kind {
                    runner.skip(left_alone(&existing, kind, &name));
                }
            }
            _ => left.push(entry),
        }
    }
    Ok(left)
}

/// Kinds whose objects can't be made twice.
const ONCE: [&str; 6] = [
    "tablespace",
    "resource_group",
    "component",
    "password_check",
    "loadable_function",
    "server",
];

/// Which account or other object of the server an entry changes.
fn about(entry: &TocEntry) -> Option<(&'static str, BString)> {
    let (name, detail) = (&entry.name.0, &entry.detail.0);
    match entry.kind.as_str() {
        "role" | "role_setting" => Some(("role", name.clone())),
        "user" | "grant" | "system_grant" => Some(("user", name.clone())),
        "role_membership" => Some(("role", detail.clone())),
        _ => ONCE
            .iter()
            .find(|kind| entry.kind == **kind)
            .map(|kind| (*kind, name.clone())),
    }
}

fn is_there(existing: &Existing, kind: &str, name: &BString) -> bool {
    let mut names = existing.names.iter();
    names.any(|(there, known)| *there == kind && known == name)
}

fn overwrites(kind: &str, job: &RestoreJob) -> bool {
    job.overwrite_existing && !ONCE.contains(&kind)
}

fn note_own(entry: &TocEntry, existing: &Existing, name: &BString) {
    if existing.own == *name {
        let label = entry.label();
        tracing::warn!("{label} changes the account that this restore came in with");
    }
}

fn left_alone(existing: &Existing, kind: &str, name: &BString) -> String {
    let own = if existing.own == *name {
        ", the one that this restore came in with,"
    } else {
        ""
    };
    let name = name.to_str_lossy();
    format!("{kind} {name}{own} exists and is left as it is")
}
