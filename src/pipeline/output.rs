//! Where an archive is written: a file that gets its name when it is whole and verified, or a pipe.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, OFlags};

use crate::archive::reader::Reader;
use crate::archive::writer::Sealed;
use crate::error::{Context as _, Error, Kind, Result};
use crate::store::fs::{Existing, Partial, failed};

/// Names of standard output. A file beside one of the kernel's would not be it.
const STDOUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// What an archive is written to.
#[derive(Debug)]
pub enum Output {
    /// A file beside its final name.
    File(Partial),
    /// A pipe or a device: written as it comes.
    Pipe(File),
    /// Standard output.
    Stdout,
}

impl Output {
    /// Output to this path; `-` or none is standard output, which must not be a terminal. A file
    /// that is there is refused unless `force`.
    pub fn open(path: Option<&Path>, force: bool) -> Result<Self> {
        let Some(path) = path.filter(|path| !STDOUT.iter().any(|name| *path == Path::new(name)))
        else {
            return stdout();
        };
        if is_special(path) {
            let opened = File::options().write(true).open(path);
            return opened
                .map(Self::Pipe)
                .map_err(|cause| failed("open", path, cause));
        }
        let existing = if force {
            Existing::Replace
        } else {
            Existing::Refuse
        };
        if !force && path.is_file() {
            return Err(
                Error::new(Kind::Usage, format!("{} is there already", path.display()))
                    .hint("Give --force to overwrite it, or another name."),
            );
        }
        let (dir, name) = split(path)?;
        folder_is_there(dir)?;
        Partial::create(dir, name, existing).map(Self::File)
    }

    /// Ends the output. A file is read back and checked before it gets its name, which is given.
    pub fn commit(self, sealed: &Sealed) -> Result<Option<PathBuf>> {
        match self {
            Self::File(partial) => commit(partial, sealed).map(Some),
            Self::Pipe(mut pipe) => flushed(pipe.flush()),
            Self::Stdout => flushed(io::stdout().flush().and_then(|()| to_disk())),
        }
    }
}

/// Reads a written archive back, and gives it its name when it is what was written.
pub fn commit(mut partial: Partial, sealed: &Sealed) -> Result<PathBuf> {
    partial.sync()?;
    verify(partial.path(), sealed).while_with(|| {
        format!(
            "verifying {} after writing it",
            partial.final_path().display()
        )
    })?;
    partial.commit()
}

fn verify(path: &Path, sealed: &Sealed) -> Result<()> {
    let file = File::open(path).map_err(|cause| failed("read", path, cause))?;
    Reader::confirm(file, sealed)
}

fn flushed(done: io::Result<()>) -> Result<Option<PathBuf>> {
    done.map(|()| None)
        .map_err(|cause| Error::new(Kind::Io, "cannot write the archive").cause(cause))
}

fn stdout() -> Result<Output> {
    if io::IsTerminal::is_terminal(&io::stdout()) {
        return Err(
            Error::new(Kind::Usage, "an archive is not written to a terminal")
                .hint("Give -o FILE, or pipe the output somewhere."),
        );
    }
    if is_nowhere().unwrap_or(false) {
        return Err(Error::new(Kind::Usage, "standard output is closed")
            .hint("Give -o FILE, or pipe the output somewhere."));
    }
    Ok(Output::Stdout)
}

/// Where standard output was closed Rust's runtime has put /dev/null, open for reading too, which a
/// shell's `>/dev/null` is not.
fn is_nowhere() -> io::Result<bool> {
    let stdout = io::stdout();
    let null = Path::new("/dev/null").metadata()?.rdev();
    let stat = rustix::fs::fstat(&stdout)?;
    let flags = rustix::fs::fcntl_getfl(&stdout)?;
    Ok(
        FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice
            && stat.st_rdev == null
            && flags.contains(OFlags::RDWR),
    )
}

/// Some file systems say only now that there was no room.
fn to_disk() -> io::Result<()> {
    let stdout = io::stdout();
    let stat = rustix::fs::fstat(&stdout)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(rustix::fs::fsync(&stdout)?),
        _ => Ok(()),
    }
}

/// A named pipe or a device such as /dev/null, which must not be replaced by a file.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| {
        let kind = meta.file_type();
        kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
    })
}

/// A mistyped path is an error, not a new folder; only a store's folders are made.
pub fn folder_is_there(dir: &Path) -> Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let what = format!("there is no folder {}", dir.display());
    Err(Error::new(Kind::Io, what).hint("Make it first, or give another path."))
}

fn split(path: &Path) -> Result<(&Path, &str)> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        let what = format!("{} can't be a file's name", path.display());
        Error::new(Kind::Usage, what)
    })?;
    Ok((path.parent().unwrap_or(Path::new("")), name))
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(partial) => partial.write(buf),
            Self::Pipe(pipe) => pipe.write(buf),
            Self::Stdout => io::stdout().write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(partial) => partial.flush(),
            Self::Pipe(pipe) => pipe.flush(),
            Self::Stdout => io::stdout().flush(),
        }
    }
}
