//! A part of a file, read by its place: any number of them at once on one open file.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

/// Reads from `at` up to `end`.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) file: Arc<File>,
    pub(super) at: u64,
    pub(super) end: u64,
}

impl Read for Window {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let size = out.len().min(left);
        let read = self.file.read_at(&mut out[..size], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
