//! The SQL of chosen entries.

use std::io::{Read, Seek, Write};

use crate::archive::reader::Reader;
use crate::error::{Error, Kind, Result};
use crate::pipeline::fetch::Frames;
use crate::pipeline::select::Choice;

/// Writes the SQL of the chosen entries, in the order in which they restore.
pub fn sql<R: Read + Seek>(reader: Reader<R>, choice: &Choice, out: &mut impl Write) -> Result<()> {
    let toc = reader.shared_toc();
    let places = choice.of(&toc)?;
    let mut frames = Frames::new(reader);
    let failed = |cause| Error::new(Kind::Io, "cannot write the SQL").cause(cause);
    for entry in places.into_iter().filter_map(|at| toc.entries.get(at)) {
        for statement in &entry.sql {
            out.write_all(&statement.0)
                .and_then(|()| out.write_all(b";\n"))
                .map_err(failed)?;
        }
        for piece in &entry.pieces {
            out.write_all(&frames.piece(*piece)?).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}
