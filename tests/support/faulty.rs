//! Writers that fail, for what no file system can be made to do on demand.

use std::io::{self, ErrorKind, Write};

/// What happens at the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An input/output error, there and ever after.
    Broken,
    /// No space left on the device.
    Full,
    /// The writer takes no byte: `write` returns 0.
    Stuck,
    /// Nothing: every write is short instead, of at most this many bytes.
    Short(usize),
}

/// A writer in memory that takes `limit` bytes and then fails.
#[derive(Debug)]
pub(crate) struct Faulty {
    /// What it took.
    pub(crate) taken: Vec<u8>,
    limit: usize,
    fault: Fault,
}

impl Faulty {
    /// Fails in the way of `fault` once `limit` bytes are written.
    pub(crate) fn after(limit: usize, fault: Fault) -> Self {
        Self {
            taken: Vec::new(),
            limit,
            fault,
        }
    }
}

impl Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = match self.fault {
            Fault::Short(most) => most,
            _ => self.limit - self.taken.len(),
        };
        if room == 0 && !bytes.is_empty() {
            return match self.fault {
                Fault::Broken => Err(io::Error::other("the device is broken")),
                Fault::Full => Err(ErrorKind::StorageFull.into()),
                Fault::Stuck | Fault::Short(_) => Ok(0),
            };
        }
        let taken = room.min(bytes.len());
        self.taken.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
