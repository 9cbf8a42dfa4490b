//! Where `scripts/install-servers.sh` put each server.

use std::path::{Path, PathBuf};

/// The folder of a server by the script's name for it, such as `pg12` or `mariadb10.11`.
pub(crate) fn folder(name: &str) -> PathBuf {
    let home = cache().join(name);
    assert!(
        home.join(".recipe").exists(),
        "{name} is not installed: run scripts/install-servers.sh {name}"
    );
    home
}

/// A program of that server.
pub(crate) fn program(name: &str, program: &str) -> PathBuf {
    let path = folder(name).join("programs").join(program);
    assert!(path.exists(), "{name} has no program {program}");
    path
}

/// The same rule as the script's `cache_dir`.
fn cache() -> PathBuf {
    if let Some(folder) = std::env::var_os("DUMPKEEP_CACHE") {
        return PathBuf::from(folder);
    }
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/cache/dumpkeep-tests");
    }
    let base = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || Path::new(&std::env::var_os("HOME").expect("HOME is set")).join(".cache"),
        PathBuf::from,
    );
    base.join("dumpkeep-tests")
}
