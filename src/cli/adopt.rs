//! `dumpkeep adopt`: what of a db_smart_backup's store is known, and what to write to go on with it.

use std::path::{Path, PathBuf};

use super::Context;
use super::table::Table;
use crate::error::{Error, Kind, Result};
use crate::report::size;
use crate::retention::scan::{Adopted, adoptable};

/// Arguments of `adopt`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The old script's TOP_BACKUPDIR
    root: PathBuf,
}

/// Lists what is there. Nothing is changed: the next run or prune rotates it along.
pub fn run(args: &Args, ctx: &Context) -> Result<u8> {
    let root = std::path::absolute(&args.root).unwrap_or_else(|_| args.root.clone());
    let found = adoptable(&root)?;
    if found.is_empty() {
        let what = format!("there are no backups in {}", root.display());
        return Err(Error::new(Kind::Io, what).hint(
            "Name the folder that holds postgresql/HOST/DATABASE/dumps or mysql/DATABASE/dumps.",
        ));
    }
    ctx.print(table(&found))?;
    ctx.print(advice(&root, &found))?;
    Ok(0)
}

fn table(found: &[Adopted]) -> String {
    let mut table = Table::new([
        "target", "database", "backups", "total", "oldest", "newest", "links", "unknown",
    ]);
    for one in found {
        table.row([
            one.target.clone(),
            one.folder.clone(),
            one.backups.to_string(),
            size(one.bytes),
            one.oldest.clone(),
            one.newest.clone(),
            one.links.to_string(),
            one.strangers.to_string(),
        ]);
    }
    table.show()
}

fn advice(root: &Path, found: &[Adopted]) -> String {
    let mut targets: Vec<&str> = found.iter().map(|one| one.target.as_str()).collect();
    targets.dedup();
    let mut text = format!(
        "\nTo go on with them, configure this root and these names:\n\n  root = {:?}\n",
        root.display().to_string()
    );
    for target in targets {
        text.push_str(&format!("  [[target]]\n  name = {target:?}\n"));
    }
    text.push_str("\nThen dumpkeep prune --dry-run shows what becomes of each; restore and status know them.\n");
    text
}
