//! A row of 16 MiB and more, written while it comes: it is held once, as it is written, and not as it came
//! besides. Pure.

use crate::error::Result;
use crate::mysql::insert::{Form, RowEncoder, escape, hex_digits, is_plain, write};
use crate::mysql::typed_json;
use crate::mysql::wire::reply::{Reader, nonsense};

/// Values up to this many bytes are gathered and written as any other.
const SHORT: usize = 1 << 20;

/// A value whose length is known.
#[derive(Debug, Clone, Copy)]
struct Value {
    /// What has not come yet, in bytes.
    left: usize,
    way: Way,
}

/// How a value is written.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// Not known before its first bytes are seen.
    Open,
    /// When it has come whole.
    Gathered,
    /// Between quotes, as it comes.
    Quoted,
    /// As hexadecimal digits, as it comes.
    Digits,
}

/// A row of which a part has come.
pub(super) struct Pieces<'a> {
    encoder: &'a RowEncoder,
    /// The values that are written.
    done: usize,
    /// The beginning of a length, or of a value that is gathered.
    held: Vec<u8>,
    value: Option<Value>,
}

impl<'a> Pieces<'a> {
    /// Before anything has come.
    pub(super) fn new(encoder: &'a RowEncoder) -> Self {
        Self {
            encoder,
            done: 0,
            held: Vec::new(),
            value: None,
        }
    }

    /// Takes what comes next, of any length.
    pub(super) fn piece(&mut self, mut piece: &[u8], out: &mut Vec<u8>) -> Result<()> {
        while let Some((&first, rest)) = piece.split_first() {
            piece = match self.value {
                None => {
                    self.held.push(first);
                    self.length(out)?;
                    rest
                }
                Some(value) => {
                    let (now, rest) = piece.split_at(value.left.min(piece.len()));
                    self.more(value, now, out)?;
                    rest
                }
            };
        }
        Ok(())
    }

    /// Ends the row: an error where it has other values than it should.
    pub(super) fn end(self, out: &mut Vec<u8>) -> Result<()> {
        if self.value.is_some() || !self.held.is_empty() || self.done != self.encoder.forms.len() {
            return Err(nonsense("a row ends before its last value does"));
        }
        out.push(b')');
        Ok(())
    }

    fn form(&self) -> Result<Form> {
        let form = self.encoder.forms.get(self.done);
        form.copied()
            .ok_or_else(|| nonsense("it is longer than what it holds"))
    }

    /// Begins a value, where its length has come whole.
    fn length(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let whole = match self.held.first() {
            Some(0xfc) => 3,
            Some(0xfd) => 4,
            Some(0xfe) => 9,
            _ => 1,
        };
        if self.held.len() < whole {
            return Ok(());
        }
        let form = self.form()?;
        out.push(if self.done == 0 { b'(' } else { b',' });
        let length = match self.held.first() {
            Some(0xfb) => None,
            _ => Some(Reader(&self.held).number()?),
        };
        self.held.clear();
        match length {
            None => {
                out.extend_from_slice(b"NULL");
                self.done += 1;
            }
            Some(0) => {
                write(form, b"", out)?;
                self.done += 1;
            }
            Some(length) => {
                let left = usize::try_from(length).unwrap_or(usize::MAX);
                let way = match left {
                    0..=SHORT => Way::Gathered,
                    _ => Way::Open,
                };
                self.value = Some(Value { left, way });
            }
        }
        Ok(())
    }

    /// Goes on with a value.
    fn more(&mut self, value: Value, now: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let form = self.form()?;
        let way = match value.way {
            Way::Open => open(form, now, out),
            way => way,
        };
        match way {
            Way::Open | Way::Gathered => self.held.extend_from_slice(now),
            Way::Quoted => escape(now, out),
            Way::Digits => hex_digits(now, out),
        }
        let left = value.left - now.len();
        self.value = Some(Value { left, way });
        if left == 0 {
            match way {
                Way::Open | Way::Gathered => write(form, &std::mem::take(&mut self.held), out)?,
                Way::Quoted => out.push(b'\''),
                Way::Digits => {}
            }
            self.value = None;
            self.done += 1;
        }
        Ok(())
    }
}

/// Begins a long value by its first bytes.
fn open(form: Form, first: &[u8], out: &mut Vec<u8>) -> Way {
    let plain = || first.iter().filter(|byte| is_plain(**byte)).take(9).count() > 8;
    let (before, way): (&[u8], Way) = match form {
        Form::String => (b"'", Way::Quoted),
        Form::Bytes => (b"_binary'", Way::Quoted),
        Form::Ascii => (b"_latin1'", Way::Quoted),
        Form::Json if first.first() != Some(&typed_json::MARK) => (b"_utf8mb4'", Way::Quoted),
        Form::Binary if plain() => (b"_binary'", Way::Quoted),
        Form::Binary | Form::Hex => (b"0x", Way::Digits),
        Form::Json | Form::Number | Form::Float | Form::Expression => (b"", Way::Gathered),
    };
    out.extend_from_slice(before);
    way
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use proptest::prelude::*;

    use super::*;

    const FORMS: [Form; 9] = [
        Form::Number,
        Form::Float,
        Form::String,
        Form::Ascii,
        Form::Bytes,
        Form::Json,
        Form::Binary,
        Form::Hex,
        Form::Expression,
    ];

    fn row(values: &[Option<Vec<u8>>]) -> Vec<u8> {
        let mut row = Vec::new();
        for value in values {
            let Some(value) = value else {
                row.push(0xfb);
                continue;
            };
            match value.len() {
                short @ 0..=0xfa => row.push(u8::try_from(short).unwrap()),
                long => {
                    row.push(0xfd);
                    row.extend_from_slice(&long.to_le_bytes()[..3]);
                }
            }
            row.extend_from_slice(value);
        }
        row
    }

    fn by_pieces(encoder: &RowEncoder, row: &[u8], each: usize) -> Result<Vec<u8>> {
        let (mut pieces, mut out) = (Pieces::new(encoder), Vec::new());
        for piece in row.chunks(each.max(1)) {
            pieces.piece(piece, &mut out)?;
        }
        pieces.end(&mut out)?;
        Ok(out)
    }

    fn encoder(forms: &[Form]) -> RowEncoder {
        RowEncoder {
            forms: forms.to_vec(),
            characters: false,
        }
    }

    #[test]
    fn long_values_are_written_as_they_are_at_once() {
        let text: Vec<u8> = (0..3 * SHORT)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let blank = vec![0; SHORT + 1];
        for form in FORMS {
            for value in [&text, &blank] {
                let encoder = encoder(&[Form::Number, form, Form::String]);
                let values = [Some(b"7".to_vec()), Some(value.clone()), None];
                let row = row(&values);
                let mut whole = Vec::new();
                let at_once = encoder.row(Reader(&row), &mut whole);
                let pieces = by_pieces(&encoder, &row, 100_000);
                assert_eq!(at_once.is_ok(), pieces.is_ok(), "{form:?}");
                assert!(at_once.is_err() || pieces.unwrap() == whole, "{form:?}");
            }
        }
    }

    #[test]
    fn a_row_that_ends_early_or_goes_on_is_refused() {
        let encoder = encoder(&[Form::String, Form::String]);
        assert!(by_pieces(&encoder, b"\x01a\x01b", 1).is_ok());
        for row in [
            &b"\x01a"[..],
            b"\x01a\x02b",
            b"\x01a\xfc",
            b"\x01a\xfb\0",
            b"\x01a\x01b\x01",
        ] {
            assert!(by_pieces(&encoder, row, 1).is_err(), "{row:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_of_any_length_make_the_same_row(
            values in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..300)), 1..5),
            form in 0..FORMS.len(),
            each in 1..40_usize,
        ) {
            let encoder = encoder(&vec![FORMS[form]; values.len()]);
            let row = row(&values);
            let mut whole = Vec::new();
            let at_once = encoder.row(Reader(&row), &mut whole);
            let pieces = by_pieces(&encoder, &row, each);
            prop_assert_eq!(at_once.is_ok(), pieces.is_ok());
            if let Ok(pieces) = pieces {
                prop_assert_eq!(pieces, whole);
            }
        }

        #[test]
        fn no_pieces_make_it_panic(row: Vec<u8>, each in 1..9_usize) {
            let _ = by_pieces(&encoder(&FORMS), &row, each);
        }
    }
}
