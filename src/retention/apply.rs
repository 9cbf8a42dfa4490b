//! Carries a plan out: links first, so that whatever fails later nothing is lost; real files last.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::policy::{Drop, NewLink, PrunePlan};
use crate::error::{Error, Kind, Result};
use crate::store::fs::{self, Linked};
use crate::store::layout::{BackupName, Class, Home};

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The new links, or copies.
    pub links: Vec<PathBuf>,
    /// The names that are gone.
    pub removed: Vec<PathBuf>,
}

/// Makes and drops what the plan says. `copies` allows copies where hard links are impossible.
pub fn apply(home: &Home, plan: &PrunePlan, copies: bool) -> Result<Applied> {
    let mut applied = Applied::default();
    for link in &plan.links {
        if let Some(made) = make(home, link, copies)? {
            tracing::info!("linked {}: {}", made.display(), link.reason);
            applied.links.push(made);
        }
    }
    for drop in &plan.drops {
        if let Some(gone) = remove(home, drop)? {
            tracing::info!("removed {}: {}", gone.display(), drop.reason);
            applied.removed.push(gone);
        }
    }
    Ok(applied)
}

fn make(home: &Home, link: &NewLink, copies: bool) -> Result<Option<PathBuf>> {
    let from = source(home, &link.file)?;
    let dir = home.class(link.class);
    let made = dir.join(&link.link);
    match fs::link(&from, &dir, &link.link)? {
        Linked::Done => Ok(Some(made)),
        Linked::Existed => Ok(None),
        Linked::Impossible if copies => fs::copy(&from, &dir, &link.link).map(|()| Some(made)),
        Linked::Impossible => Err(Error::new(
            Kind::Io,
            format!("cannot make the hard link {}", made.display()),
        )
        .hint("Set store.without_hard_links = \"copy\" to hold copies there; where the file is another user's, give it to the one that runs dumpkeep.")),
    }
}

/// The real file, or what is left of it in a class.
fn source(home: &Home, file: &str) -> Result<PathBuf> {
    let real = home.dumps().join(file);
    if real.is_file() {
        return Ok(real);
    }
    for class in Class::ALL {
        for (link, path) in fs::files(&home.class(class))? {
            let name = BackupName::parse_link(class, &home.folder, &link);
            if name.is_some_and(|name| name.to_string() == file) {
                return Ok(path);
            }
        }
    }
    Err(fs::failed(
        "find",
        &real,
        std::io::ErrorKind::NotFound.into(),
    ))
}

fn remove(home: &Home, drop: &Drop) -> Result<Option<PathBuf>> {
    let path = match drop.class {
        Some(class) => home.class(class).join(&drop.name),
        None => home.dumps().join(&drop.name),
    };
    if drop.class.is_none() && pinned(&path)? {
        tracing::warn!("kept {}: it got another link meanwhile", path.display());
        return Ok(None);
    }
    fs::unlink(&path)?;
    if drop.class.is_none() {
        // What is noted of a backup goes with it.
        fs::unlink(&home.proofs().join(Home::proof_name(&drop.name)))?;
    }
    Ok(Some(path))
}

/// Whether the file has another name still, after all its class links went.
fn pinned(path: &Path) -> Result<bool> {
    Ok(fs::metadata(path)?.nlink() > 1)
}
