//! The statements of an archive's definitions, one by one, without running them: what names and
//! checks are found in.

use std::io::{Read, Seek};
use std::sync::Arc;

use crate::archive::toc::TocEntry;
use crate::error::Result;
use crate::pipeline::restore::archive::Archive;
use crate::plan::entry::Section;
use crate::sql::split::{Item, Splitter};

/// Calls `see` with each statement of the chosen entries that are no rows, in the archive's order.
pub(super) async fn each<R: Read + Seek + Send + 'static>(
    archive: &Arc<Archive<R>>,
    chosen: &[usize],
    mut see: impl FnMut(&TocEntry, &[u8]),
) -> Result<()> {
    let toc = archive.toc();
    for entry in chosen.iter().filter_map(|at| toc.entries.get(*at)) {
        for statement in &entry.sql {
            see(entry, &statement.0);
        }
        if entry.section == Section::Data {
            continue;
        }
        let mut splitter = Splitter::new(toc.head.dialect);
        for piece in &entry.pieces {
            splitter.push(&archive.piece(*piece).await?);
        }
        splitter.end();
        while let Some(item) = splitter.next()? {
            if let Item::Statement(piece) = item {
                see(entry, piece.text);
            }
        }
    }
    Ok(())
}
