//! Rows of COPY's binary form made those of its text form. The server writes binary rows in half the
//! time where values are long: no hexadecimal digits, no search for what needs a backslash. Values are
//! taken in the pieces in which they arrive. PostgreSQL manual, "COPY", "Binary Format".

use super::binary_value::Form;
use super::escape::push_text;
use super::wire::hostile;
use crate::error::{Error, Kind, Result};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";

/// The signature, flags and the length of what else there is: none of both has a use yet.
const HEADER: usize = SIGNATURE.len() + 8;

/// No value that is not wide is longer: a numeric has 131,072 digits before the point.
const LONGEST: usize = 128 << 10;

/// COPY FROM takes no row of more text, in bytes, and COPY TO writes none (stringinfo.c, MaxAllocSize): one
/// that came in binary must not be longer either.
const LONGEST_ROW: u64 = 0x3fff_ffff;

/// So many bytes become hexadecimal digits at once.
const HEX_BYTES: usize = 4 << 10;

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Header,
    Row,
    /// A value's length.
    Length,
    /// A document's version.
    Version,
    Value,
    /// Nothing.
    End,
}

/// Reads binary rows.
#[derive(Debug)]
pub(super) struct BinaryRows {
    forms: Vec<Form>,
    next: Next,
    /// Which column's value it is.
    column: usize,
    /// What is left of a wide value, the length of another, in bytes.
    left: usize,
    /// What has arrived of something that has to be whole.
    held: Vec<u8>,
    rows: u64,
    /// The text of the last row, in bytes, without what is behind `counted`; and the most that it may have.
    text: u64,
    longest: u64,
    /// Up to where in the output text was counted.
    counted: usize,
}

impl BinaryRows {
    /// Rows of columns of these forms.
    pub(super) fn new(forms: Vec<Form>) -> Self {
        Self {
            forms,
            next: Next::Header,
            column: 0,
            left: 0,
            held: Vec::new(),
            rows: 0,
            text: 0,
            longest: LONGEST_ROW,
            counted: 0,
        }
    }

    /// Whether what came so far are whole rows.
    pub(super) fn is_between_rows(&self) -> bool {
        self.held.is_empty() && matches!(self.next, Next::Row | Next::End)
    }

    /// Whether the end has been said.
    pub(super) fn has_ended(&self) -> bool {
        self.next == Next::End
    }

    /// The rows that ended since the last call.
    pub(super) fn take_rows(&mut self) -> u64 {
        std::mem::take(&mut self.rows)
    }

    /// Appends what `part` holds as text.
    pub(super) fn feed(&mut self, part: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut rest = part;
        self.counted = out.len();
        while !rest.is_empty() {
            self.step(&mut rest, out)?;
        }
        self.text += (out.len() - self.counted) as u64;
        match self.text > self.longest {
            true => Err(too_long()),
            false => Ok(()),
        }
    }

    #[inline]
    fn step(&mut self, rest: &mut &[u8], out: &mut Vec<u8>) -> Result<()> {
        match self.next {
            Next::Header => {
                if let Some(header) = whole(&mut self.held, rest, HEADER) {
                    let plain = header.strip_prefix(SIGNATURE) == Some(&[0; 8]);
                    self.held.clear();
                    if !plain {
                        return Err(hostile(
                            "the header of a binary COPY is not what it should be",
                        ));
                    }
                    self.next = Next::Row;
                }
            }
            Next::Row => {
                if let Some(count) = array(&mut self.held, rest) {
                    self.row(i16::from_be_bytes(count), out)?;
                }
            }
            Next::Length => {
                if let Some(length) = array(&mut self.held, rest) {
                    self.value(i32::from_be_bytes(length), out)?;
                }
            }
            Next::Version => {
                let version = rest.split_off_first();
                if version != Some(&1) {
                    return Err(hostile("a jsonb of a COPY has an unknown version"));
                }
                self.left -= 1;
                self.next = Next::Value;
                self.ended(out);
            }
            Next::Value => self.piece(rest, out)?,
            Next::End => return Err(hostile("a COPY goes on behind its end")),
        }
        Ok(())
    }

    fn row(&mut self, count: i16, out: &mut Vec<u8>) -> Result<()> {
        if count == -1 {
            self.next = Next::End;
            return Ok(());
        }
        if usize::try_from(count) != Ok(self.forms.len()) {
            return Err(hostile("a row of a COPY has other columns than it should"));
        }
        self.column = 0;
        (self.text, self.counted) = (0, out.len());
        self.next_column(out);
        Ok(())
    }

    /// Begins a value.
    #[inline]
    fn value(&mut self, length: i32, out: &mut Vec<u8>) -> Result<()> {
        let Some(form) = self.forms.get(self.column) else {
            return Err(hostile("a row of a COPY has too many values"));
        };
        if self.column > 0 {
            out.push(b'\t');
        }
        if length == -1 {
            out.extend_from_slice(b"\\N");
            self.column += 1;
            self.next_column(out);
            return Ok(());
        }
        let length = usize::try_from(length);
        self.left = length.map_err(|_| hostile("a value of a COPY has a negative length"))?;
        if self.left > LONGEST && !form.is_wide() {
            return Err(hostile("a value of a COPY is too long for its type"));
        }
        // Refused before it has come: it would be kept until the row's end.
        let digits = if *form == Form::Bytea { 2 } else { 1 };
        let text = self.text + (out.len() - self.counted) as u64;
        if text + self.left as u64 * digits > self.longest {
            return Err(too_long());
        }
        self.next = Next::Value;
        match form {
            Form::Jsonb if self.left == 0 => {
                return Err(hostile("a jsonb of a COPY has no version"));
            }
            Form::Jsonb => self.next = Next::Version,
            Form::Bytea => out.extend_from_slice(b"\\\\x"),
            Form::Text => {}
            // Nothing would be there to be pushed later.
            other if self.left == 0 => other.push(out, b"")?,
            _ => {}
        }
        if self.next == Next::Value {
            self.ended(out);
        }
        Ok(())
    }

    /// Takes what has arrived of a value.
    #[inline]
    fn piece(&mut self, rest: &mut &[u8], out: &mut Vec<u8>) -> Result<()> {
        let Some(form) = self.forms.get(self.column).copied() else {
            return Err(hostile("a row of a COPY has too many values"));
        };
        if !form.is_wide() {
            if let Some(value) = whole(&mut self.held, rest, self.left) {
                form.push(out, value)?;
                self.held.clear();
                self.left = 0;
                self.ended(out);
            }
            return Ok(());
        }
        let (now, after) = rest.split_at(self.left.min(rest.len()));
        *rest = after;
        self.left -= now.len();
        if form == Form::Bytea {
            push_hex(out, now)?;
        } else {
            push_text(out, now)?;
        }
        self.ended(out);
        Ok(())
    }

    /// Goes on behind a value that is whole.
    #[inline]
    fn ended(&mut self, out: &mut Vec<u8>) {
        if self.left == 0 {
            self.column += 1;
            self.next_column(out);
        }
    }

    #[inline]
    fn next_column(&mut self, out: &mut Vec<u8>) {
        if self.column < self.forms.len() {
            self.next = Next::Length;
        } else {
            out.push(b'\n');
            self.rows += 1;
            self.next = Next::Row;
        }
    }
}

fn too_long() -> Error {
    Error::new(Kind::Unsupported, "a row is longer than 1 GiB as text")
        .hint("COPY's text form can't carry a row beyond 1 GiB.")
}

/// `want` bytes, where they have arrived; what came of them is held else. To be cleared by the caller.
#[inline]
fn whole<'h, 'r: 'h>(held: &'h mut Vec<u8>, rest: &mut &'r [u8], want: usize) -> Option<&'h [u8]> {
    if held.is_empty()
        && let Some((now, after)) = rest.split_at_checked(want)
    {
        *rest = after;
        return Some(now);
    }
    let missing = want.saturating_sub(held.len());
    let (now, after) = rest.split_at(missing.min(rest.len()));
    held.extend_from_slice(now);
    *rest = after;
    (held.len() == want).then_some(held.as_slice())
}

#[inline]
fn array<const N: usize>(held: &mut Vec<u8>, rest: &mut &[u8]) -> Option<[u8; N]> {
    let bytes = whole(held, rest, N).and_then(|bytes| bytes.try_into().ok())?;
    held.clear();
    Some(bytes)
}

fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let mut digits = [0; HEX_BYTES * 2];
    for part in bytes.chunks(HEX_BYTES) {
        let digits = digits.get_mut(..part.len() * 2).unwrap_or_default();
        const_hex::encode_to_slice(part, digits)
            .map_err(|error| hostile("a value of a COPY has no digits").cause(error))?;
        out.extend_from_slice(digits);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use proptest::prelude::*;

    use super::*;

    const FORMS: [Form; 4] = [Form::Int4, Form::Text, Form::Bytea, Form::Jsonb];

    fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
        let mut row = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
        for value in values {
            let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap());
            row.extend(length.to_be_bytes());
            row.extend(value.unwrap_or_default());
        }
        row
    }

    fn stream(rows: &[Vec<u8>]) -> Vec<u8> {
        [SIGNATURE, &[0; 8], &rows.concat(), b"\xff\xff"].concat()
    }

    fn read(bytes: &[u8], piece: usize) -> Result<(String, u64)> {
        let mut rows = BinaryRows::new(FORMS.to_vec());
        let mut out = Vec::new();
        for part in bytes.chunks(piece) {
            rows.feed(part, &mut out)?;
        }
        match rows.has_ended() {
            true => Ok((String::from_utf8(out).unwrap(), rows.take_rows())),
            false => Err(hostile("no end")),
        }
    }

    #[test]
    fn rows_in_pieces_of_any_size() {
        let rows = [
            row(&[
                Some(&[0, 0, 1, 0]),
                Some(b"a\tb\\"),
                Some(&[0xab, 0]),
                Some(b"\x01{\"a\": \"\\n\"}"),
            ]),
            row(&[None, Some(b""), Some(b""), None]),
        ];
        let bytes = stream(&rows);
        let text = "256\ta\\tb\\\\\t\\\\xab00\t{\"a\": \"\\\\n\"}\n\\N\t\t\\\\x\t\\N\n";
        for piece in 1..bytes.len() {
            assert_eq!(
                read(&bytes, piece).unwrap(),
                (text.to_owned(), 2),
                "{piece}"
            );
        }
    }

    #[test]
    fn what_is_not_binary_rows_is_hostile() {
        let good = stream(&[row(&[None; 4])]);
        let mut without_end = good.clone();
        without_end.truncate(good.len() - 2);
        let bad = [
            b"1\ta\n".to_vec(),
            stream(&[row(&[None; 3])]),
            stream(&[row(&[Some(b"12345"), None, None, None])]),
            stream(&[row(&[Some(b""), None, None, None])]),
            stream(&[row(&[None, Some(b"\0"), None, None])]),
            stream(&[row(&[None, None, None, Some(b"\x02{}")])]),
            stream(&[row(&[None, None, None, Some(b"")])]),
            stream(&[b"\0\x04\xff\xff\xff\xfe".to_vec()]),
            [good.as_slice(), b"x"].concat(),
            without_end,
        ];
        assert!(read(&good, 7).is_ok());
        for bytes in bad {
            for piece in [1, 3, 1000] {
                assert!(read(&bytes, piece).is_err(), "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_row_is_no_longer_than_copy_takes() {
        let feed = |length: usize| {
            let mut rows = BinaryRows::new(vec![Form::Bytea]);
            rows.longest = 100;
            let bytes = stream(&[row(&[Some(&vec![0; length])]), row(&[None])]);
            let mut parts = bytes.chunks(9);
            parts.try_for_each(|part| rows.feed(part, &mut Vec::new()))
        };
        assert!(feed(48).is_ok());
        assert!(feed(60).is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_comes_is_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let begun = [SIGNATURE, &[0; 8], b"\0\x04", &bytes].concat();
            for bytes in [&bytes, &begun] {
                for piece in [1, 5, 300] {
                    let _ = read(bytes, piece);
                }
            }
        }
    }
}
