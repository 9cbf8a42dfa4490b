//! A frame that was read, to be checked or decompressed elsewhere and in parts: who holds it needs the
//! reader no more.

use std::fmt;
use std::io::{self, Read};

use crate::archive::codec::{Codec, Context, unpack};
use crate::archive::format::broken;
use crate::archive::toc::{Check, FrameInfo};
use crate::error::Result;

/// A frame's compressed bytes.
#[derive(Debug)]
pub struct Packed {
    pub(crate) codec: Codec,
    pub(crate) number: u32,
    pub(crate) info: FrameInfo,
    pub(crate) bytes: Vec<u8>,
}

/// Decompresses frames one after the other; a worker keeps its own, with its memory.
pub struct Unpacker {
    context: Context,
    /// Chunks that were used up: fresh memory for each would cost more than filling it.
    spare: Vec<Vec<u8>>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self {
            context: Context::create(),
            spare: Vec::new(),
        }
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacker").finish_non_exhaustive()
    }
}

impl Packed {
    /// Checks that its bytes are those that were written, without decompressing them.
    pub fn check(&self) -> Result<()> {
        if Check::of(&self.bytes) == self.info.check {
            return Ok(());
        }
        let number = self.number;
        let what = format!("frame {number} has changed since it was written");
        Err(broken(self.info.offset, what))
    }

    /// Whether its compressor's own sum shows, when it is decompressed, that its bytes have changed.
    #[must_use]
    pub fn checks_itself(&self) -> bool {
        self.codec != Codec::None
    }

    /// Decompresses it in chunks of at most `size` bytes, until `take` wants no more. It may put
    /// chunks that were used up into the vector that it is given. A frame of another length than
    /// noted is an error, after its chunks.
    pub fn chunks(
        &self,
        unpacker: &mut Unpacker,
        size: usize,
        mut take: impl FnMut(Vec<u8>, &mut Vec<Vec<u8>>) -> bool,
    ) -> Result<()> {
        let (number, at) = (self.number, self.info.offset);
        let fault = |cause| {
            let what = format!("frame {number} cannot be decompressed");
            broken(at, what).cause(cause)
        };
        let Unpacker { context, spare } = unpacker;
        let mut from = unpack(self.codec, &self.bytes, context).map_err(fault)?;
        let mut left = u64::from(self.info.raw);
        loop {
            let mut chunk = spare.pop().unwrap_or_default();
            // One byte more than is left shows a frame that is too long. A chunk that was used has its
            // length already: filling it with zeros took as long as checking what comes into it.
            let most = usize::try_from(left + 1).unwrap_or(size).min(size);
            chunk.resize(most, 0);
            let count = fill(&mut from, &mut chunk).map_err(fault)?;
            chunk.truncate(count);
            let count = count as u64;
            if count > left || (count == 0 && left > 0) {
                let what = format!("frame {number} is not as long as the table of contents says");
                return Err(broken(at, what));
            }
            left -= count;
            if count == 0 || !take(chunk, spare) {
                return Ok(());
            }
        }
    }
}

/// Reads until `into` is full or there is no more; gives the number of bytes.
fn fill(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = into.get_mut(filled..).filter(|room| !room.is_empty()) {
        match from.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
