//! The files that are written after each run.

use super::run::Run;

impl Run<'_> {
    /// Writes the pages that are wanted. One that can't be written is a failure beside the backups.
    pub(super) fn write_pages(&mut self) {}
}
