//! A file of another dumper, opened.

use std::fs::File;
use std::path::Path;

use crate::error::{Context as _, Error, Kind, Result};
use crate::foreign::compressed::{Input, plain};
use crate::foreign::pgdump::PgDump;
use crate::foreign::sort::{Sort, of_path, of_stream};
use crate::sql::foreign::Maker;
use crate::store::fs::{failed, not_a_pipe};

/// A file that another dumper wrote.
pub enum ForeignFile {
    /// Plain SQL, decompressed as it is read.
    Script {
        /// The text.
        input: Input,
        /// Who wrote it, where that is said.
        maker: Option<Maker>,
    },
    /// An archive of pg_dump.
    PgDump(Box<PgDump>),
}

/// What came through a pipe.
pub enum Piped {
    /// One of our own archives, or nothing that is known.
    Own(Input),
    /// Another dumper's script.
    Foreign(ForeignFile),
}

impl ForeignFile {
    /// Opens the file, if it is one of another dumper.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        not_a_pipe(path)?;
        let sort = of_path(path).while_with(|| format!("reading {}", path.display()))?;
        match sort {
            Sort::Own => Ok(None),
            Sort::Script(maker) => {
                let file = File::open(path).map_err(|cause| failed("read", path, cause))?;
                Self::script(Box::new(file), maker).map(Some)
            }
            sort => PgDump::open(path, sort).map(|archive| Some(Self::PgDump(Box::new(archive)))),
        }
    }

    /// Tells what comes through a pipe.
    pub fn pipe(input: Input) -> Result<Piped> {
        match of_stream(input)? {
            (Sort::Own, input) => Ok(Piped::Own(input)),
            (Sort::Script(maker), input) => Self::script(input, maker).map(Piped::Foreign),
            _ => {
                let what = "pg_dump's archives can't be restored from a pipe";
                Err(Error::new(Kind::Usage, what).hint("Give a file instead of a pipe."))
            }
        }
    }

    fn script(input: Input, maker: Option<Maker>) -> Result<Self> {
        let (_, input) = plain(input)?;
        Ok(Self::Script { input, maker })
    }
}
