//! One run per root, by a lock of the operating system: it ends with the process, however that ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use super::fs;
use super::layout::LOCK;
use crate::error::{Error, Kind, Result};

/// The root's lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file ends the lock")] File);

impl Lock {
    /// Takes the lock; makes the root where it is missing. [`Kind::Locked`] where another run has it.
    pub fn take(root: &Path) -> Result<Self> {
        fs::make_dir(root)?;
        let path = root.join(LOCK);
        let file = fs::open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                Kind::Locked,
                format!("another run works on {}", root.display()),
            )
            .hint("Wait until it has ended; nothing was touched.")),
            Err(TryLockError::Error(cause)) => Err(fs::failed("lock", &path, cause)),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let first = Lock::take(root.path()).unwrap();
        let second = Lock::take(root.path()).unwrap_err();
        assert_eq!((second.kind(), second.exit_code()), (Kind::Locked, 75));
        drop(first);
        assert!(Lock::take(root.path()).is_ok());
    }
}
