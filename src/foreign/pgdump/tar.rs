//! The tar format: an uncompressed ustar archive whose first member is the table of contents.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use bstr::{BString, ByteSlice as _};

use super::primitive::broken;
use crate::error::Result;
use crate::foreign::compressed::{Input, cannot_read};
use crate::foreign::window::Window;

/// A member's header, and what its contents are padded to.
const BLOCK: usize = 512;

/// So many members are believed.
const MAX_MEMBERS: usize = 50_000_000;

/// Whether a file that begins so is pg_dump's tar.
#[must_use]
pub fn is_tar(start: &[u8]) -> bool {
    let header = start.first_chunk::<BLOCK>();
    header.is_some_and(|header| is_header(header) && name(header) == "toc.dat")
}

/// Where each member's contents are.
#[derive(Debug, Clone, Default)]
pub(super) struct Members(HashMap<BString, (u64, u64)>);

impl Members {
    /// Walks the headers.
    pub(super) fn read(file: &Arc<File>) -> Result<Self> {
        let length = file.metadata().map_err(cannot_read)?.len();
        let mut members = Self::default();
        let mut at = 0;
        while at + BLOCK as u64 <= length {
            let mut header = [0; BLOCK];
            file.read_exact_at(&mut header, at).map_err(cannot_read)?;
            if header.iter().all(|byte| *byte == 0) {
                return Ok(members);
            }
            if !is_header(&header) {
                return Err(broken(format!("no member of the tar begins at byte {at}")));
            }
            let size = size(&header).ok_or_else(|| broken("a member of the tar without a size"))?;
            let contents = at + BLOCK as u64;
            let end = contents.checked_add(size).filter(|end| *end <= length);
            let end = end.ok_or_else(|| broken("a member of the tar ends behind the file"))?;
            members.0.insert(name(&header), (contents, size));
            if members.0.len() > MAX_MEMBERS {
                return Err(broken("the tar has too many members"));
            }
            at = end.next_multiple_of(BLOCK as u64);
        }
        Err(broken("the tar has no end: it was cut"))
    }

    /// A member's contents.
    pub(super) fn open(&self, file: &Arc<File>, name: &[u8]) -> Result<Option<Input>> {
        let Some((at, size)) = self.0.get(name.as_bstr()) else {
            return Ok(None);
        };
        let (file, at, end) = (Arc::clone(file), *at, at + size);
        Ok(Some(Box::new(Window { file, at, end })))
    }
}

/// The magic of ustar, and the sum over the header.
fn is_header(header: &[u8; BLOCK]) -> bool {
    let field = &header[148..156];
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = field.iter().map(|byte| u64::from(*byte)).sum();
    header[257..262] == *b"ustar" && octal(field) == Some(sum - own + 8 * u64::from(b' '))
}

fn name(header: &[u8; BLOCK]) -> BString {
    let field = &header[..100];
    let end = field.find_byte(0).unwrap_or(field.len());
    let name = &field[..end];
    name.strip_prefix(b"./").unwrap_or(name).into()
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_with(|c| c == ' ' || c == '\0');
    let text = digits.to_str().ok()?;
    u64::from_str_radix(text, 8).ok()
}

/// Octal digits, or, for large members, a number in base 256.
fn size(header: &[u8; BLOCK]) -> Option<u64> {
    let field = &header[124..136];
    if field[0] != 0x80 {
        return octal(field);
    }
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&field[4..]);
    let high = &field[1..4];
    high.iter()
        .all(|byte| *byte == 0)
        .then_some(u64::from_be_bytes(bytes))
}
