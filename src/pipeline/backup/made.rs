//! What a run has written before it has its name: an archive, or what a program said.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::archive::writer::Sealed;
use crate::command::Written;
use crate::error::{Error, Kind, Result};
use crate::pipeline::output;
use crate::source::Warning;
use crate::store::fs::{self, Partial};

/// What was written.
#[derive(Debug)]
pub(super) enum Made {
    /// An archive with its table of contents.
    Archive(Box<Sealed>),
    /// A compressed stream.
    Stream(Written),
}

impl Made {
    /// Reads it back, and gives it its name when it is what was written.
    pub(super) fn commit(&mut self, partial: Partial) -> Result<PathBuf> {
        match self {
            Self::Archive(sealed) => output::commit(partial, sealed),
            Self::Stream(written) => commit_stream(partial, written),
        }
    }

    /// The file's length in bytes.
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Archive(sealed) => sealed.length,
            Self::Stream(written) => written.length,
        }
    }

    /// The rows in it, where they were counted.
    pub(super) fn rows(&self) -> Option<u64> {
        match self {
            Self::Archive(sealed) => Some(sealed.rows),
            Self::Stream(_) => None,
        }
    }

    /// What the user should hear of.
    pub(super) fn warnings(self) -> Vec<Warning> {
        match self {
            Self::Archive(sealed) => sealed.head.warnings,
            Self::Stream(_) => Vec::new(),
        }
    }
}

fn commit_stream(mut partial: Partial, written: &Written) -> Result<PathBuf> {
    partial.sync()?;
    let path = partial.path();
    let read = File::open(path).and_then(digest_of);
    let read = read.map_err(|cause| fs::failed("read", path, cause))?;
    if read != (written.length, written.digest) {
        let what = format!("{} is not what was written", partial.final_path().display());
        return Err(Error::new(Kind::Archive, what));
    }
    partial.commit()
}

fn digest_of(mut file: File) -> io::Result<(u64, [u8; 32])> {
    let (mut digest, mut length) = (Sha256::new(), 0);
    let mut chunk = vec![0; 1 << 20];
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok((length, digest.finalize().into())),
            read => {
                digest.update(&chunk[..read]);
                length += read as u64;
            }
        }
    }
}
