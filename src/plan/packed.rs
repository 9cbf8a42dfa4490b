//! Entries' parts as bytes that say themselves where they end, and back. For the shelf they lie on in
//! memory, not for any file.

use std::sync::Arc;

use bstr::BString;

use crate::error::{Error, Kind, Result};
use crate::plan::entry::{
    Body, DataColumn, DataRef, Identity, Method, Statement, ValueForm, Versions,
};

/// What can be put into bytes and taken out again.
pub trait Packed: Sized {
    /// Adds it to these bytes.
    fn put(&self, out: &mut Vec<u8>);
    /// Takes it from the front of these bytes; `None` where they are none.
    fn take(from: &mut &[u8]) -> Option<Self>;
}

/// Takes it from bytes that this program has put there.
pub fn unpack<T: Packed>(from: &mut &[u8]) -> Result<T> {
    let broken = || Error::new(Kind::Internal, "what was packed does not unpack");
    T::take(from).ok_or_else(broken)
}

/// Seven bits a byte, the lowest first.
impl Packed for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = from.split_first()?;
            *from = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

macro_rules! packed_as_u64 {
    ($($type:ty),*) => {
        $(impl Packed for $type {
            fn put(&self, out: &mut Vec<u8>) {
                (*self as u64).put(out);
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                u64::take(from)?.try_into().ok()
            }
        })*
    };
}

packed_as_u64!(u8, u32, usize);

/// Columns' numbers: the system's own are negative.
impl Packed for i32 {
    fn put(&self, out: &mut Vec<u8>) {
        self.cast_unsigned().put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        u32::take(from).map(u32::cast_signed)
    }
}

impl Packed for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(u8::take(from)? != 0)
    }
}

impl Packed for BString {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::take(from)?;
        let (bytes, rest) = from.split_at_checked(length)?;
        *from = rest;
        Some(bytes.into())
    }
}

impl<T: Packed> Packed for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match bool::take(from)? {
            true => T::take(from).map(Some),
            false => Some(None),
        }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        self.iter().for_each(|item| item.put(out));
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let length = usize::take(from)?;
        (0..length).map(|_| T::take(from)).collect()
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some((A::take(from)?, B::take(from)?))
    }
}

impl<T: Packed> Packed for Arc<T> {
    fn put(&self, out: &mut Vec<u8>) {
        T::put(self, out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        T::take(from).map(Self::new)
    }
}

/// A struct's fields, one behind the other.
macro_rules! packed_fields {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::plan::packed::Packed for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::plan::packed::Packed::take(from)?),* })
            }
        }
    };
}

pub(crate) use packed_fields;

packed_fields!(Identity {
    schema,
    name,
    detail,
    owner
});
packed_fields!(Statement { text, compound });
packed_fields!(Versions { start, end, key });
packed_fields!(DataRef {
    table,
    into,
    columns,
    filter,
    method,
    bytes,
    rows,
    blocks,
    key
});

/// Most columns are read by their name.
impl Packed for DataColumn {
    fn put(&self, out: &mut Vec<u8>) {
        self.name.put(out);
        let read = (self.read != self.name).then(|| self.read.clone());
        read.put(out);
        self.form.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let name = BString::take(from)?;
        let read = <Option<BString> as Packed>::take(from)?;
        Some(Self {
            read: read.unwrap_or_else(|| name.clone()),
            name,
            form: ValueForm::take(from)?,
        })
    }
}

const FORMS: [ValueForm; 8] = [
    ValueForm::Text,
    ValueForm::Number,
    ValueForm::Float,
    ValueForm::Binary,
    ValueForm::Bit,
    ValueForm::Json,
    ValueForm::Quoted,
    ValueForm::Expression,
];

impl Packed for ValueForm {
    fn put(&self, out: &mut Vec<u8>) {
        (*self as u8).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let number = u8::take(from)?;
        FORMS.into_iter().find(|form| *form as u8 == number)
    }
}

impl Packed for Method {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Copy => out.push(0),
            Self::CopyWithOids => out.push(1),
            Self::Rows => out.push(2),
            Self::CharacterRows => out.push(3),
            Self::Versions(versions) => {
                out.push(4);
                versions.put(out);
            }
            Self::LargeObjects(oids) => {
                out.push(5);
                oids.put(out);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Copy,
            1 => Self::CopyWithOids,
            2 => Self::Rows,
            3 => Self::CharacterRows,
            4 => Self::Versions(Versions::take(from)?),
            5 => Self::LargeObjects(Vec::take(from)?),
            _ => return None,
        })
    }
}

impl Packed for Body {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Statements(statements) => {
                out.push(0);
                statements.put(out);
            }
            Self::Data(data) => {
                out.push(1);
                data.put(out);
            }
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        Some(match u8::take(from)? {
            0 => Self::Statements(Vec::take(from)?),
            1 => Self::Data(Arc::take(from)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    fn comes_back<T: Packed + PartialEq + std::fmt::Debug>(value: T) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        let mut from = bytes.as_slice();
        assert_eq!(unpack::<T>(&mut from).unwrap(), value);
        assert!(from.is_empty());
        for end in 0..bytes.len() {
            assert!(T::take(&mut &bytes[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn numbers_and_texts_come_back() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            comes_back(number);
        }
        comes_back(vec![i32::MIN, -7, 0, i32::MAX]);
        comes_back(Some((BString::from("a\0b"), false)));
    }

    #[test]
    fn entries_come_back() {
        comes_back(Identity {
            schema: Some("s".into()),
            name: "n".into(),
            ..Identity::default()
        });
        comes_back(Body::Statements(vec![
            Statement::new("SELECT 1"),
            Statement::compound("BEGIN; END"),
        ]));
        let methods = [
            Method::Copy,
            Method::CopyWithOids,
            Method::Rows,
            Method::CharacterRows,
            Method::Versions(Versions {
                start: "a".into(),
                end: "b".into(),
                key: vec![1, 300],
            }),
            Method::LargeObjects(vec![1, u32::MAX]),
        ];
        for (method, form) in methods.into_iter().zip(FORMS.into_iter().cycle().skip(3)) {
            let column = |read: &str| DataColumn {
                name: "c".into(),
                read: read.into(),
                form,
            };
            comes_back(Body::Data(Arc::new(DataRef {
                table: "t".into(),
                into: "r".into(),
                columns: vec![column("c"), column("c::text")],
                filter: Some("true".into()),
                method,
                bytes: u64::MAX,
                rows: 1,
                blocks: 2,
                key: 3,
            })));
        }
    }

    #[test]
    fn every_form_of_a_value_comes_back() {
        FORMS.into_iter().for_each(comes_back);
    }
}
