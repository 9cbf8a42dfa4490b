//! A target's password, from where the configuration says.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::config::Target;
use crate::config::resolve::Password;
use crate::config::secret::Secret;
use crate::error::{Error, Kind, Result};

/// The password, where the configuration names one. Read anew for each run: secrets are rotated.
pub fn password(target: &Target) -> Result<Option<Secret>> {
    known(&target.password)
}

/// The password, where it is not left to others.
pub fn known(password: &Password) -> Result<Option<Secret>> {
    match password {
        Password::Engine => Ok(None),
        Password::Variable(_, secret) => Ok(Some(secret.clone())),
        Password::File(path) => first_line(path, "password").map(Some),
    }
}

/// The first line of a file that holds a secret.
pub fn first_line(path: &Path, what: &str) -> Result<Secret> {
    let wrong = || {
        let what = format!("cannot read the {what} file {}", path.display());
        Error::new(Kind::Config, what)
    };
    if readable_by_all(path) {
        tracing::warn!(
            "the {what} file {} is readable by everybody",
            path.display()
        );
    }
    let text = fs::read_to_string(path).map_err(|cause| wrong().cause(cause))?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::new(line)),
        _ => Err(wrong().cause("its first line is empty")),
    }
}

/// Whether a file with a secret can be read by anybody on the machine.
pub fn readable_by_all(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.mode() & 0o004 != 0)
}
