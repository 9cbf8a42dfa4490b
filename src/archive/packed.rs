//! A frame that was read and checked, to be decompressed elsewhere and in parts: who holds it needs
//! the reader no more.

use std::io::Read;

use crate::archive::codec::{Codec, unpack};
use crate::archive::format::broken;
use crate::archive::toc::FrameInfo;
use crate::error::Result;

/// A frame's compressed bytes.
#[derive(Debug)]
pub struct Packed {
    pub(crate) codec: Codec,
    pub(crate) number: u32,
    pub(crate) info: FrameInfo,
    pub(crate) bytes: Vec<u8>,
}

impl Packed {
    /// Decompresses it in chunks of at most `size` bytes, until `take` wants no more. A frame of
    /// another length than noted is an error, after its chunks.
    pub fn chunks(&self, size: usize, mut take: impl FnMut(Vec<u8>) -> bool) -> Result<()> {
        let (number, at) = (self.number, self.info.offset);
        let fault = |cause| {
            let what = format!("frame {number} cannot be decompressed");
            broken(at, what).cause(cause)
        };
        let mut from = unpack(self.codec, &self.bytes).map_err(fault)?;
        let mut left = u64::from(self.info.raw);
        loop {
            let mut chunk = Vec::with_capacity(size);
            // One byte more than is left shows a frame that is too long.
            let mut part = (&mut from).take((left + 1).min(size as u64));
            let count = part.read_to_end(&mut chunk).map_err(fault)? as u64;
            if count > left || (count == 0 && left > 0) {
                let what = format!("frame {number} is not as long as the table of contents says");
                return Err(broken(at, what));
            }
            left -= count;
            if count == 0 || !take(chunk) {
                return Ok(());
            }
        }
    }
}
