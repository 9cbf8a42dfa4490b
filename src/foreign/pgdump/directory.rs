//! The directory format: a folder with the table of contents and a file for each entry's data,
//! compressed or not by its name's ending.

use std::fs::File;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use super::primitive::broken;
use crate::error::Result;
use crate::foreign::compressed::{Input, cannot_read};

/// What may follow a file's name.
pub(super) const ENDINGS: [&str; 4] = ["", ".gz", ".lz4", ".zst"];

/// The file in this folder. `None`: there is none.
pub(super) fn open(folder: &Path, name: &[u8]) -> Result<Option<Input>> {
    let path = path(folder, name)?;
    match File::open(&path) {
        Ok(file) if file.metadata().is_ok_and(|data| data.is_file()) => Ok(Some(Box::new(file))),
        Ok(_) => Err(broken(format!("{} is no file", path.display()))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cannot_read(cause)),
    }
}

/// The length of that file, whatever it is compressed by; 0 where there is none.
pub(super) fn size(folder: &Path, name: &[u8]) -> u64 {
    let lengths = ENDINGS.iter().filter_map(|ending| {
        let path = path(folder, &[name, ending.as_bytes()].concat()).ok()?;
        path.metadata().ok().map(|data| data.len())
    });
    lengths.max().unwrap_or(0)
}

/// Names are the archive's own words: they lead out of the folder in a hostile one.
fn path(folder: &Path, name: &[u8]) -> Result<PathBuf> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    let name = name.to_str_lossy();
    if name.starts_with('.') || name.is_empty() || !name.as_bytes().iter().all(plain) {
        return Err(broken(format!("{name:?} is no name of a data file")));
    }
    Ok(folder.join(name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_lead_out_of_the_folder() {
        for name in ["../x", "/etc/passwd", "..", "", "a/b", "a\0b"] {
            assert!(path(Path::new("/a"), name.as_bytes()).is_err(), "{name}");
        }
        assert!(path(Path::new("/a"), b"3021.dat.gz").is_ok());
    }
}
