//! File systems of a test's own: small ones to be filled, other ones that can't be linked across.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, unmounted when dropped. Needs root, as starting servers does.
pub(crate) struct Mount(PathBuf);

impl Mount {
    /// Mounts one of a size, such as `1m`, over a folder.
    pub(crate) fn memory(folder: &Path, size: &str) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let size = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "none"]).arg(folder);
        assert!(mount.status().expect("mount").success(), "mounted");
        Self(folder.to_owned())
    }

    /// Makes a folder read-only, with all that is in it.
    pub(crate) fn read_only(folder: &Path) -> Self {
        for options in [&["--bind"][..], &["-o", "remount,bind,ro"]] {
            let mut mount = Command::new("mount");
            mount.args(options).arg(folder).arg(folder);
            assert!(mount.status().expect("mount").success(), "mounted");
        }
        Self(folder.to_owned())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
