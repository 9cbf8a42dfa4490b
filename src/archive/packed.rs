//! A frame that was read, to be checked or decompressed elsewhere and in parts: who holds it needs the
//! reader no more.

use std::fmt;
use std::io::Read as _;

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
            chunk.clear();
            chunk.reserve(size);
            // One byte more than is left shows a frame that is too long.
            let mut part = (&mut from).take((left + 1).min(size as u64));
            let count = part.read_to_end(&mut chunk).map_err(fault)? as u64;
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
