//! A zstd frame, decompressed step by step by whoever wants its bytes, into memory that holds all of it:
//! no other thread has to be woken for it, and nothing is copied out of the decoder's own window.

use std::fmt;
use std::io;

use zstd::zstd_safe::{self, DCtx, DParameter, InBuffer, OutBuffer, ResetDirective};

use crate::archive::codec::Codec;
use crate::archive::format::broken;
use crate::archive::packed::Packed;
use crate::error::{Error, Result};

/// Longer frames are not decompressed this way, in bytes: there are as many in memory as connections.
const MOST: u32 = 8 << 20;

/// So much of the compressed bytes is one step: some 200 kB of rows, or a quarter of a millisecond.
const STEP: usize = 64 << 10;

/// A decoder and its room, for one frame after the other.
pub struct Stepper {
    context: DCtx<'static>,
    room: Vec<u8>,
}

/// A frame on its way.
pub struct Steps {
    packed: Packed,
    stepper: Stepper,
    /// So many of the compressed bytes are read.
    read: usize,
    /// So many bytes are there.
    there: usize,
    ended: bool,
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Steps").finish_non_exhaustive()
    }
}

impl fmt::Debug for Stepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepper").finish_non_exhaustive()
    }
}

impl Default for Stepper {
    fn default() -> Self {
        Self {
            context: DCtx::create(),
            room: Vec::new(),
        }
    }
}

/// Whether a frame of this length can be decompressed in steps.
#[must_use]
pub fn suits(codec: Codec, raw: u32) -> bool {
    matches!(codec, Codec::Zstd(_)) && raw <= MOST
}

impl Steps {
    /// Begins to decompress a frame that [`suits`].
    ///
    /// Errors: `Archive` where the decoder can't be set up.
    pub fn new(packed: Packed, mut stepper: Stepper) -> Result<Self> {
        let raw = packed.info.raw.min(MOST) as usize;
        let context = &mut stepper.context;
        let set = context
            .reset(ResetDirective::SessionOnly)
            .and_then(|_| context.set_parameter(DParameter::StableOutBuffer(true)));
        set.map_err(|code| fault(&packed, code))?;
        // Room that was used has its length already, and is written over.
        stepper.room.resize(raw, 0);
        Ok(Self {
            packed,
            stepper,
            read: 0,
            there: 0,
            ended: false,
        })
    }

    /// The bytes that come next; `None` behind the last. A frame of another length than noted is an
    /// error, after its bytes.
    pub fn advance(&mut self) -> Result<Option<&[u8]>> {
        let before = self.there;
        while !self.ended && self.there == before {
            self.step()?;
        }
        let new = self.stepper.room.get(before..self.there);
        Ok(new.filter(|new| !new.is_empty()))
    }

    fn step(&mut self) -> Result<()> {
        let bytes = &self.packed.bytes;
        let end = self.read.saturating_add(STEP).min(bytes.len());
        let some = bytes.get(self.read..end).unwrap_or_default();
        if some.is_empty() {
            return Err(self.broken("is cut off"));
        }
        let mut from = InBuffer::around(some);
        let mut into = OutBuffer::around_pos(&mut self.stepper.room[..], self.there);
        let left = self.stepper.context.decompress_stream(&mut into, &mut from);
        let (there, read) = (into.pos(), from.pos());
        let left = left.map_err(|code| fault(&self.packed, code))?;
        if there == self.there && read == 0 && left > 0 {
            return Err(self.broken("does not go on"));
        }
        (self.there, self.read) = (there, self.read + read);
        self.ended = left == 0;
        if self.ended && self.there != self.packed.info.raw as usize {
            return Err(self.broken("is not as long as the table of contents says"));
        }
        Ok(())
    }

    /// The frame, and what the next one can use.
    #[must_use]
    pub fn end(self) -> (Packed, Stepper) {
        (self.packed, self.stepper)
    }

    fn broken(&self, how: &str) -> Error {
        let what = format!("frame {} {how}", self.packed.number);
        broken(self.packed.info.offset, what)
    }
}

fn fault(packed: &Packed, code: zstd_safe::ErrorCode) -> Error {
    let what = format!("frame {} cannot be decompressed", packed.number);
    let cause = io::Error::other(zstd_safe::get_error_name(code));
    broken(packed.info.offset, what).cause(cause)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::archive::toc::{Check, FrameInfo};

    fn packed(bytes: Vec<u8>, raw: usize) -> Packed {
        let info = FrameInfo {
            offset: 0,
            length: u32::try_from(bytes.len()).unwrap(),
            raw: u32::try_from(raw).unwrap(),
            check: Check::of(&bytes),
        };
        Packed {
            codec: Codec::Zstd(3),
            number: 7,
            info,
            bytes,
        }
    }

    fn all(packed: Packed, stepper: Stepper) -> Result<(Vec<u8>, usize, Stepper)> {
        let mut steps = Steps::new(packed, stepper)?;
        let (mut found, mut count) = (Vec::new(), 0);
        while let Some(some) = steps.advance()? {
            found.extend_from_slice(some);
            count += 1;
        }
        Ok((found, count, steps.end().1))
    }

    fn sample(length: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + (state >> 28) as u8
        };
        (0..length).map(next).collect()
    }

    #[test]
    fn frames_come_out_whole_and_in_steps() {
        let mut stepper = Stepper::default();
        for length in [0, 1, 300_000, 3 << 20, 10, 8 << 20] {
            let sql = sample(length);
            let bytes = zstd::bulk::compress(&sql, 3).unwrap();
            let steps = bytes.len().div_ceil(STEP);
            let (found, count, used) = all(packed(bytes, length), stepper).unwrap();
            assert!(found == sql, "{length}");
            assert!(count <= steps + 1, "{length}: {count}");
            stepper = used;
        }
    }

    #[test]
    fn frames_of_streams_without_their_length_come_out_too() {
        let sql = sample(1 << 20);
        let bytes = zstd::stream::encode_all(&sql[..], 3).unwrap();
        let (found, ..) = all(packed(bytes, sql.len()), Stepper::default()).unwrap();
        assert!(found == sql);
    }

    #[test]
    fn damaged_frames_are_errors() {
        let sql = sample(1 << 20);
        // As the archive's: with a sum of its own.
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        std::io::Write::write_all(&mut encoder, &sql).unwrap();
        let bytes = encoder.finish().unwrap();
        let cut = bytes[..bytes.len() / 2].to_vec();
        let mut turned = bytes.clone();
        turned[bytes.len() / 3] ^= 0xFF;
        let bad = [
            packed(cut, sql.len()),
            packed(b"no frame".to_vec(), 100),
            packed(bytes.clone(), sql.len() - 1),
            packed(bytes.clone(), sql.len() + 1),
            packed(Vec::new(), 0),
            packed(turned, sql.len()),
        ];
        for packed in bad {
            let says = all(packed, Stepper::default()).map(|_| ()).unwrap_err();
            assert!(says.to_string().contains("frame 7"), "{says}");
        }
    }
}
