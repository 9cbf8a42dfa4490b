//! What resolving a connection asks of the machine.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The files and the user of this machine.
pub trait Surroundings {
    /// A file's contents.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// A regular file's permission bits; `None` where there is no regular file.
    fn mode(&self, path: &Path) -> Option<u32>;
    /// Whether there is anything of that name.
    fn exists(&self, path: &Path) -> bool;
    /// The process's effective user.
    fn uid(&self) -> u32;
}

/// The real ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Surroundings for Machine {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn mode(&self, path: &Path) -> Option<u32> {
        let found = std::fs::metadata(path).ok()?;
        found.is_file().then(|| found.mode())
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn uid(&self) -> u32 {
        rustix::process::geteuid().as_raw()
    }
}
