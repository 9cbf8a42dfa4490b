//! A store of a test's own, and runs into it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::command::{Ran, dumpkeep, with_config};

/// A root and a configuration in a temporary folder.
pub(crate) struct Night {
    folder: tempfile::TempDir,
}

impl Night {
    pub(crate) fn new(configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("root = \"store\"\n{configuration}");
        fs::write(folder.path().join("dumpkeep.toml"), text).expect("written");
        Self { folder }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("dumpkeep.toml")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        with_config(&self.config(), arguments)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = dumpkeep();
        command.args(["backup", "-c"]).arg(self.config());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Every file of the store but the logs and the lock, with its size.
    pub(crate) fn files(&self) -> BTreeMap<String, u64> {
        let mut files = BTreeMap::new();
        walk(&self.store(), &self.store(), &mut files);
        files.retain(|name, _| !name.starts_with("logs/") && name != ".dumpkeep.lock");
        files
    }

    pub(crate) fn dumps(&self, database: &str) -> Vec<String> {
        let folder = format!("t/{database}/dumps/");
        let names = self.files().into_keys();
        names.filter(|name| name.starts_with(&folder)).collect()
    }
}

fn walk(root: &Path, dir: &Path, files: &mut BTreeMap<String, u64>) {
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root");
            let size = path.metadata().expect("there").len();
            files.insert(name.display().to_string(), size);
        }
    }
}
