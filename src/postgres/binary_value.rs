//! Values of COPY's binary form as its text form has them, under the settings that a session for
//! reading has (`fixed`): the types whose text is plain to tell. Sources: the types' send and output
//! functions (pg_type.typsend, typoutput), the same from 10 to 18; manual, "Data Types".

use std::io::Write as _;

use super::wire::hostile;
use crate::error::Result;

/// How a column's values are made text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As it comes: text, varchar, char(n), json, enums.
    Text,
    /// A version, 1, and text.
    Jsonb,
    /// Digits.
    Bytea,
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Numeric,
    Date,
    Timestamp,
    /// The session's time zone is UTC.
    TimestampTz,
    Uuid,
}

/// The form of a type by its oid in pg_type; none where COPY has to write it.
pub(super) fn form(type_oid: u32) -> Option<Form> {
    Some(match type_oid {
        16 => Form::Bool,
        17 => Form::Bytea,
        20 => Form::Int8,
        21 => Form::Int2,
        23 => Form::Int4,
        25 | 114 | 1042 | 1043 => Form::Text,
        26 => Form::Oid,
        1082 => Form::Date,
        1114 => Form::Timestamp,
        1184 => Form::TimestampTz,
        1700 => Form::Numeric,
        2950 => Form::Uuid,
        3802 => Form::Jsonb,
        _ => return None,
    })
}

impl Form {
    /// May be of any length, and more than other types' values in text form.
    pub(super) fn is_wide(self) -> bool {
        matches!(self, Self::Text | Self::Jsonb | Self::Bytea)
    }

    /// Appends a value that has arrived whole; not for wide ones.
    pub(super) fn push(self, out: &mut Vec<u8>, value: &[u8]) -> Result<()> {
        match self {
            Self::Text | Self::Jsonb | Self::Bytea => Err(odd()),
            Self::Bool => match value {
                [0] => push(out, format_args!("f")),
                [_] => push(out, format_args!("t")),
                _ => Err(odd()),
            },
            Self::Int2 => integer(out, i16::from_be_bytes(exact(value)?).into()),
            Self::Int4 => integer(out, i32::from_be_bytes(exact(value)?).into()),
            Self::Int8 => integer(out, i64::from_be_bytes(exact(value)?)),
            Self::Oid => integer(out, u32::from_be_bytes(exact(value)?).into()),
            Self::Numeric => numeric(out, value),
            Self::Date => date(out, i32::from_be_bytes(exact(value)?)),
            Self::Timestamp => timestamp(out, i64::from_be_bytes(exact(value)?), ""),
            Self::TimestampTz => timestamp(out, i64::from_be_bytes(exact(value)?), "+00"),
            Self::Uuid => uuid(out, exact(value)?),
        }
    }
}

fn odd() -> crate::error::Error {
    hostile("a value of a COPY is not of its type")
}

fn exact<const N: usize>(value: &[u8]) -> Result<[u8; N]> {
    value.try_into().map_err(|_| odd())
}

fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) -> Result<()> {
    out.write_fmt(text).map_err(|_| odd())
}

fn uuid(out: &mut Vec<u8>, value: [u8; 16]) -> Result<()> {
    let mut digits = [0; 32];
    const_hex::encode_to_slice(value, &mut digits).map_err(|_| odd())?;
    for (at, four) in digits.as_chunks::<4>().0.iter().enumerate() {
        if matches!(at, 2..=5) {
            out.push(b'-');
        }
        out.extend_from_slice(four);
    }
    Ok(())
}

fn integer(out: &mut Vec<u8>, value: i64) -> Result<()> {
    let mut digits = [0_u8; 20];
    let mut left = value.unsigned_abs();
    let mut used = 0;
    for place in digits.iter_mut().rev() {
        // Below 10.
        *place = b'0' + (left % 10) as u8;
        left /= 10;
        used += 1;
        if left == 0 {
            break;
        }
    }
    if value < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
    Ok(())
}

/// The most digits behind the point that the type has (numeric.c, NUMERIC_DSCALE_MASK).
const MOST_SCALE: u16 = 0x3fff;

/// Four digits a group, the first group's weight a power of 10,000 (numeric_send, get_str_from_var).
fn numeric(out: &mut Vec<u8>, value: &[u8]) -> Result<()> {
    let (fields, odd_byte) = value.as_chunks::<2>();
    let [count, weight, sign, scale, digits @ ..] = fields else {
        return Err(odd());
    };
    let weight = i32::from(i16::from_be_bytes(*weight));
    let scale = u16::from_be_bytes(*scale);
    if digits.len() != usize::from(u16::from_be_bytes(*count))
        || !odd_byte.is_empty()
        || scale > MOST_SCALE
    {
        return Err(odd());
    }
    match u16::from_be_bytes(*sign) {
        0 => {}
        0x4000 => out.push(b'-'),
        0xc000 => return push(out, format_args!("NaN")),
        0xd000 => return push(out, format_args!("Infinity")),
        0xf000 => return push(out, format_args!("-Infinity")),
        _ => return Err(odd()),
    }
    let group = |at: i32| {
        let digits = usize::try_from(at).ok().and_then(|at| digits.get(at));
        match digits.map_or(0, |digits| u16::from_be_bytes(*digits)) {
            group @ ..10_000 => Ok(group),
            _ => Err(odd()),
        }
    };
    integer(out, if weight < 0 { 0 } else { group(0)?.into() })?;
    for at in 1..=weight {
        out.extend_from_slice(&four(group(at)?));
    }
    if scale > 0 {
        out.push(b'.');
        let mut left = usize::from(scale);
        let mut at = weight + 1;
        while left > 0 {
            let digits = four(group(at)?);
            let shown = digits.get(..left).unwrap_or(&digits);
            out.extend_from_slice(shown);
            left -= shown.len();
            at += 1;
        }
    }
    Ok(())
}

/// A number below 10,000 with its leading zeros.
fn four(group: u16) -> [u8; 4] {
    [group / 1000, group / 100 % 10, group / 10 % 10, group % 10].map(digit)
}

/// A number below 100.
fn two(number: u32) -> [u8; 2] {
    [(number / 10 % 10) as u16, (number % 10) as u16].map(digit)
}

fn digit(number: u16) -> u8 {
    // Below 10 by the callers.
    b'0' + (number % 10) as u8
}

/// The days of a date, since 2000-01-01 (datetime.h: 4714-11-24 BC to 5874897-12-31); those of a timestamp
/// end earlier.
const DAYS: std::ops::RangeInclusive<i64> = -2_451_545..=2_145_031_948;

/// From 0000-03-01 to 2000-01-01: years that begin with March end with the leap day.
const FROM_MARCH_0: i64 = 730_425;

/// Days of 400 years.
const ERA: i64 = 146_097;

const DAY_MICROSECONDS: i64 = 86_400_000_000;

fn date(out: &mut Vec<u8>, days: i32) -> Result<()> {
    match days {
        i32::MAX => push(out, format_args!("infinity")),
        i32::MIN => push(out, format_args!("-infinity")),
        days => {
            let before_christ = day(out, days.into())?;
            out.extend_from_slice(if before_christ { b" BC" } else { b"" });
            Ok(())
        }
    }
}

fn timestamp(out: &mut Vec<u8>, microseconds: i64, zone: &str) -> Result<()> {
    match microseconds {
        i64::MAX => return push(out, format_args!("infinity")),
        i64::MIN => return push(out, format_args!("-infinity")),
        _ => {}
    }
    let before_christ = day(out, microseconds.div_euclid(DAY_MICROSECONDS))?;
    // Below a day: fits.
    let time = microseconds.rem_euclid(DAY_MICROSECONDS);
    let (seconds, fraction) = ((time / 1_000_000) as u32, (time % 1_000_000) as u32);
    let [hours, minutes, seconds] = [seconds / 3600, seconds / 60 % 60, seconds % 60].map(two);
    out.push(b' ');
    out.extend_from_slice(&hours);
    out.push(b':');
    out.extend_from_slice(&minutes);
    out.push(b':');
    out.extend_from_slice(&seconds);
    if fraction > 0 {
        out.push(b'.');
        let [ten_thousands, hundreds, ones] =
            [fraction / 10_000, fraction / 100 % 100, fraction % 100].map(two);
        let digits = [ten_thousands, hundreds, ones];
        let digits = digits.as_flattened();
        let zeros = digits.iter().rev().take_while(|digit| **digit == b'0');
        let shown = digits.len() - zeros.count();
        out.extend_from_slice(digits.get(..shown).unwrap_or_default());
    }
    out.extend_from_slice(zone.as_bytes());
    out.extend_from_slice(if before_christ { b" BC" } else { b"" });
    Ok(())
}

/// A day of the Gregorian calendar, which holds for all times; gives whether its year is before Christ,
/// which is said at the end.
fn day(out: &mut Vec<u8>, days: i64) -> Result<bool> {
    if !DAYS.contains(&days) {
        return Err(odd());
    }
    let days = days + FROM_MARCH_0;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let leap_days = of_era / 1460 - of_era / 36_524 + of_era / 146_096;
    let year_of_era = (of_era - leap_days) / 365;
    let of_year = of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
    // From March on months have 31 30 31 30 31 days, twice.
    let from_march = (of_year * 5 + 2) / 153;
    let day = of_year - (from_march * 153 + 2) / 5 + 1;
    let month = (from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let before_christ = year <= 0;
    let year = if before_christ { 1 - year } else { year };
    match u16::try_from(year) {
        Ok(year @ ..10_000) => out.extend_from_slice(&four(year)),
        _ => integer(out, year)?,
    }
    for part in [month, day] {
        out.push(b'-');
        // Below 32.
        out.extend_from_slice(&two(part as u32));
    }
    Ok(before_christ)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use proptest::prelude::*;

    use super::*;

    fn shown(form: Form, value: &[u8]) -> String {
        let mut out = Vec::new();
        form.push(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn fields(fields: &[i32]) -> Vec<u8> {
        let fields = fields.iter();
        fields
            .flat_map(|field| (*field as u16).to_be_bytes())
            .collect()
    }

    #[test]
    fn numerics_have_the_digits_of_their_scale() {
        let numeric = |value: &[i32]| shown(Form::Numeric, &fields(value));
        assert_eq!(numeric(&[0, 0, 0, 0]), "0");
        assert_eq!(numeric(&[0, 0, 0, 3]), "0.000");
        assert_eq!(numeric(&[1, 0, 0x4000, 0, 42]), "-42");
        assert_eq!(numeric(&[2, 1, 0, 0, 1, 1]), "10001");
        assert_eq!(numeric(&[1, 2, 0, 0, 7]), "700000000");
        assert_eq!(numeric(&[2, 0, 0, 2, 12, 3400]), "12.34");
        assert_eq!(numeric(&[1, -2, 0, 8, 5]), "0.00000005");
        assert_eq!(numeric(&[0, 0, 0xc000, 0]), "NaN");
        assert_eq!(numeric(&[0, 0, 0xf000, 32]), "-Infinity");
    }

    #[test]
    fn days_and_their_borders() {
        let date = |days: i32| shown(Form::Date, &days.to_be_bytes());
        assert_eq!(date(0), "2000-01-01");
        assert_eq!(date(59), "2000-02-29");
        assert_eq!(date(60), "2000-03-01");
        assert_eq!(date(-36_524), "1900-01-01");
        assert_eq!(date(i32::MAX), "infinity");
        assert_eq!(date(-730_119), "0001-01-01");
        assert_eq!(date(-730_120), "0001-12-31 BC");
        assert_eq!(date(-2_451_545), "4714-11-24 BC");
        let timestamp = |at: i64| shown(Form::TimestampTz, &at.to_be_bytes());
        assert_eq!(timestamp(0), "2000-01-01 00:00:00+00");
        assert_eq!(timestamp(-1), "1999-12-31 23:59:59.999999+00");
        assert_eq!(timestamp(1_500_000), "2000-01-01 00:00:01.5+00");
        assert_eq!(timestamp(i64::MIN), "-infinity");
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(days in -730_119_i32..2_921_939) {
            let day = chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap()
                + chrono::TimeDelta::days(days.into());
            prop_assert_eq!(shown(Form::Date, &days.to_be_bytes()), day.format("%Y-%m-%d").to_string());
        }

        #[test]
        fn integers_are_those_of_the_language(value: i64) {
            prop_assert_eq!(shown(Form::Int8, &value.to_be_bytes()), value.to_string());
        }

        #[test]
        fn nothing_that_comes_is_a_panic(value in proptest::collection::vec(any::<u8>(), 0..40)) {
            for oid in [16, 20, 21, 23, 26, 1082, 1114, 1184, 1700, 2950] {
                let _ = form(oid).unwrap().push(&mut Vec::new(), &value);
            }
        }
    }
}
