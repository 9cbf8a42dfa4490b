//! Byte strings by the hundred thousand, kept compressed: definitions of one kind are much alike, and of
//! a hundred thousand tables they are a hundred megabytes. They are put one behind the other into
//! blocks; one that is read decompresses its block, and those near it are there then.

use zstd::bulk::{Compressor, Decompressor};

use crate::error::{Error, Kind, Result};

/// A block is full when it has so many bytes.
const BLOCK: usize = 16 << 10;

/// Speed counts, not the last tenth of the size.
const LEVEL: i32 = 1;

/// So many blocks stay decompressed with who reads.
const SLOTS: usize = 8;

/// Where a byte string lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    block: u32,
    /// Below [`BLOCK`]: what begins in a block lies there whole.
    offset: u16,
}

/// The byte strings.
#[derive(Default)]
pub struct Shelf {
    /// Compressed, with the length of each decompressed.
    blocks: Vec<(Box<[u8]>, u32)>,
    /// The last block, not full yet.
    open: Vec<u8>,
    compressor: Option<Compressor<'static>>,
}

/// What reads a shelf: a place for blocks that were read last. Made once, for many reads.
#[derive(Default)]
pub struct Reading {
    decompressor: Option<Decompressor<'static>>,
    slots: Vec<Slot>,
    /// The slot that is given up next.
    next: usize,
}

struct Slot {
    block: u32,
    bytes: Vec<u8>,
}

impl Shelf {
    /// Adds a byte string. Its reader has to know where it ends.
    pub fn put(&mut self, bytes: &[u8]) -> Result<Spot> {
        let spot = Spot {
            block: number(self.blocks.len()),
            offset: u16::try_from(self.open.len()).unwrap_or(u16::MAX),
        };
        self.open.extend_from_slice(bytes);
        if self.open.len() >= BLOCK {
            self.pack()?;
        }
        Ok(spot)
    }

    /// Nothing is added any more.
    pub fn close(&mut self) -> Result<()> {
        if !self.open.is_empty() {
            self.pack()?;
        }
        self.open = Vec::new();
        self.blocks.shrink_to_fit();
        self.compressor = None;
        Ok(())
    }

    fn pack(&mut self) -> Result<()> {
        if self.compressor.is_none() {
            self.compressor = Some(Compressor::new(LEVEL).map_err(failed)?);
        }
        if let Some(compressor) = &mut self.compressor {
            let packed = compressor.compress(&self.open).map_err(failed)?;
            let length = number(self.open.len());
            self.blocks.push((packed.into_boxed_slice(), length));
        }
        self.open.clear();
        Ok(())
    }

    /// What lies there, and all that lies behind it in its block.
    pub fn at<'a>(&'a self, spot: Spot, reading: &'a mut Reading) -> Result<&'a [u8]> {
        let bytes = match self.blocks.get(spot.block as usize) {
            Some(block) => reading.block(spot.block, block)?,
            None => &self.open,
        };
        Ok(bytes.get(spot.offset as usize..).unwrap_or_default())
    }

    /// Forgets all that lies in front of this. It can't be read any more.
    pub fn forget_before(&mut self, spot: Spot) {
        let before = self.blocks.iter_mut().take(spot.block as usize).rev();
        for block in before.take_while(|block| !block.0.is_empty()) {
            block.0 = Box::default();
        }
    }
}

impl Reading {
    fn block(&mut self, block: u32, packed: &(Box<[u8]>, u32)) -> Result<&[u8]> {
        let found = self.slots.iter().position(|slot| slot.block == block);
        let at = match found {
            Some(at) => at,
            None => self.unpack(block, packed)?,
        };
        Ok(self.slots.get(at).map_or(&[][..], |slot| &slot.bytes))
    }

    fn unpack(&mut self, block: u32, (packed, length): &(Box<[u8]>, u32)) -> Result<usize> {
        if self.decompressor.is_none() {
            self.decompressor = Some(Decompressor::new().map_err(failed)?);
        }
        if self.slots.len() < SLOTS {
            self.next = self.slots.len();
            let bytes = Vec::new();
            self.slots.push(Slot { block, bytes });
        }
        let at = self.next;
        self.next = (at + 1) % SLOTS;
        if let (Some(slot), Some(decompressor)) = (self.slots.get_mut(at), &mut self.decompressor) {
            slot.block = u32::MAX;
            slot.bytes.clear();
            slot.bytes.reserve_exact(*length as usize);
            let unpacked = decompressor.decompress_to_buffer(packed, &mut slot.bytes);
            if unpacked.map_err(failed)? != *length as usize {
                let what = "what was read from the catalogs is not there any more";
                return Err(Error::new(Kind::Internal, what));
            }
            slot.block = block;
        }
        Ok(at)
    }
}

/// Blocks and their lengths: what would not fit is a shelf of 64 TiB, or a text of 4 GiB.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn failed(error: std::io::Error) -> Error {
    Error::new(
        Kind::Internal,
        "cannot pack what was read from the catalogs",
    )
    .cause(error)
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} blocks", self.blocks.len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    #[test]
    fn all_is_where_it_was_put_in_any_order() {
        let mut shelf = Shelf::default();
        let text = |n: usize| format!("CREATE TABLE t{n} (a integer);").repeat(n % 7 + 1);
        let texts: Vec<String> = (0..3000).map(text).collect();
        let mut spots: Vec<Spot> = Vec::new();
        for text in &texts {
            spots.push(shelf.put(text.as_bytes()).unwrap());
        }
        let large = vec![b'x'; 5 * BLOCK];
        let of_large = shelf.put(&large).unwrap();
        let last = shelf.put(b"last").unwrap();
        let mut reading = Reading::default();
        for closed in [false, true] {
            for n in (0..texts.len()).map(|n| n * 1999 % texts.len()) {
                let bytes = shelf.at(spots[n], &mut reading).unwrap();
                assert!(bytes.starts_with(texts[n].as_bytes()), "{n} {closed}");
            }
            assert!(
                shelf
                    .at(of_large, &mut reading)
                    .unwrap()
                    .starts_with(&large)
            );
            assert_eq!(shelf.at(last, &mut reading).unwrap(), b"last");
            if !closed {
                shelf.close().unwrap();
            }
        }
        assert!(shelf.blocks.len() > 10);
        shelf.forget_before(last);
        let mut fresh = Reading::default();
        assert!(shelf.at(spots[0], &mut fresh).is_err());
        assert_eq!(shelf.at(last, &mut fresh).unwrap(), b"last");
    }
}
