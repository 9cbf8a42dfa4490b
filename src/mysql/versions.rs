//! Rows of system-versioned tables with their times, for servers that take no times from an `INSERT`
//! (MariaDB before 10.11). Each row is inserted at its beginning and, where it has an end, deleted at
//! that, by the clock that a session may set: the server itself makes its history again. Pure.
//!
//! What has ended comes before what is: until it is deleted, an old row is in the way of the newer
//! ones of its key. So the table's frames are loaded in their order, one after the other.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::mysql::wire::reply::Reader;
use crate::plan::entry::{DataRef, Versions};

/// The end of a row that has none, up to MariaDB 11.4.
const NEVER: &str = "TIMESTAMP'2038-01-19 03:14:07.999999'";

/// So many bytes of keys are deleted by one statement.
const KEYS: usize = 256 << 10;

/// The beginning of frames that set the clock, instead of the ordinary one: rows are deleted by what may be
/// no key.
pub(super) const HEAD: &[u8] = b"SET NAMES binary;\n\
    SET @dumpkeep_safe_updates=@@sql_safe_updates, sql_safe_updates=0;\n";
/// The same for those that are read as text.
pub(super) const CHARACTERS_HEAD: &[u8] = b"SET NAMES utf8mb4;\n\
    SET @dumpkeep_safe_updates=@@sql_safe_updates, sql_safe_updates=0;\n";
/// Their end.
pub(super) const TAIL: &[u8] =
    b";\nSET timestamp=DEFAULT, sql_safe_updates=@dumpkeep_safe_updates;\n\
    SET NAMES utf8mb4;\n";

/// What is read of each row before its columns.
pub(super) fn read(versions: &Versions, out: &mut Vec<u8>) {
    let Versions { start, end, .. } = versions;
    let parts = [
        b"UNIX_TIMESTAMP(".as_slice(),
        start,
        b"), IF(",
        end,
        b" < ",
        NEVER.as_bytes(),
        b", UNIX_TIMESTAMP(",
        end,
        b"), NULL), ",
    ];
    out.extend_from_slice(&parts.concat());
}

/// The order in which rows are read: those that have ended first, rows of the same times together.
pub(super) fn order(versions: &Versions, out: &mut Vec<u8>) {
    let Versions { start, end, .. } = versions;
    let parts = [
        b" ORDER BY ".as_slice(),
        end,
        b" < ",
        NEVER.as_bytes(),
        b" DESC, ",
        start,
        b", ",
        end,
    ];
    out.extend_from_slice(&parts.concat());
}

/// The rows' times, as they come.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Where the table is, and what is compared to delete by key.
    table: BString,
    key: BString,
    versions: Versions,
    /// The times of the rows that were written last, where their group is open.
    open: Option<(Vec<u8>, Option<Vec<u8>>)>,
    /// The keys of that group, as they are listed; `None`: not all are known.
    keys: Option<Vec<u8>>,
}

impl Clock {
    pub(super) fn new(data: &DataRef, versions: &Versions) -> Self {
        let names = versions
            .key
            .iter()
            .filter_map(|at| data.columns.get(*at).map(|column| &*column.name));
        let names = bstr::join(", ", names.map(AsRef::<[u8]>::as_ref));
        Self {
            table: data.into.clone(),
            key: if versions.key.len() > 1 {
                [b"(".as_slice(), &names, b")"].concat().into()
            } else {
                names.into()
            },
            versions: versions.clone(),
            open: None,
            keys: None,
        }
    }

    /// Takes the times from the beginning of a row. Where another group begins with it, ends the last
    /// one and sets the clock: `true`. `fresh`: nothing is in the frame yet.
    pub(super) fn turn(
        &mut self,
        row: &mut Reader<'_>,
        fresh: bool,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let missing = || odd("a row without a beginning");
        let start = row.value()?.ok_or_else(missing)?;
        let end = row.value()?;
        let long = self.keys.as_ref().is_some_and(|keys| keys.len() > KEYS);
        let same = |open: &(Vec<u8>, Option<Vec<u8>>)| open.0 == start && open.1.as_deref() == end;
        if !fresh && !long && self.open.as_ref().is_some_and(same) {
            return Ok(false);
        }
        if !fresh {
            self.close(out)?;
            out.extend_from_slice(b";\n");
        }
        set(start, out)?;
        out.extend_from_slice(b";\n");
        self.open = Some((start.to_vec(), end.map(<[u8]>::to_vec)));
        self.keys = (!self.versions.key.is_empty() && end.is_some()).then(Vec::new);
        Ok(true)
    }

    /// Notes the key of a row of the open group.
    pub(super) fn note(&mut self, mut row: Reader<'_>) -> Result<()> {
        let Some(keys) = &mut self.keys else {
            return Ok(());
        };
        let last = self.versions.key.iter().copied().max().unwrap_or(0);
        let mut values = Vec::with_capacity(last + 1);
        for _ in 0..=last {
            values.push(row.value()?);
        }
        let values = self.versions.key.iter().map(|at| {
            let value = values.get(*at).copied().flatten();
            value
                .filter(|value| is_whole(value))
                .ok_or_else(|| odd("a key that is no number"))
        });
        let values = values.collect::<Result<Vec<&[u8]>>>()?;
        if !keys.is_empty() {
            keys.extend_from_slice(b", ");
        }
        let many = values.len() > 1;
        keys.extend_from_slice(if many { b"(" } else { b"" });
        keys.extend_from_slice(&bstr::join(", ", values));
        keys.extend_from_slice(if many { b")" } else { b"" });
        Ok(())
    }

    /// The key of a row of the open group is not known: it is too large to be looked at.
    pub(super) fn unknown(&mut self) {
        self.keys = None;
    }

    /// Ends the open group: its rows go where they have an end. What it writes begins with the end of the
    /// statement before, and has none of its own.
    pub(super) fn close(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let Some((start, Some(end))) = self.open.take() else {
            return Ok(());
        };
        out.extend_from_slice(b";\n");
        set(&end, out)?;
        out.extend_from_slice(b";\nDELETE FROM ");
        out.extend_from_slice(&self.table);
        out.extend_from_slice(b" WHERE ");
        match self.keys.take() {
            Some(keys) => {
                let listed = [self.key.as_slice(), b" IN (", &keys, b")"];
                out.extend_from_slice(&listed.concat());
            }
            // Rows that are still there and began then come later.
            None => {
                let column = self.versions.start.as_slice();
                let began = [column, b" = FROM_UNIXTIME(", &start, b")"];
                out.extend_from_slice(&began.concat());
            }
        }
        Ok(())
    }
}

/// Sets the session's clock. It is a DOUBLE, which has room for a tenth of a microsecond, and is cut
/// off at microseconds: half of one more makes it exact.
fn set(time: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let (seconds, micros) = time.split_once_str(".").unwrap_or((time, b""));
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let number = seconds
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    // Zero is the server's own time, and the last second has no fractions.
    let settable = number.is_some_and(|number| number < 2_147_483_647)
        && (number > Some(0) || micros.iter().any(|digit| *digit != b'0'));
    if !digits(seconds) || !digits(micros) || micros.len() != 6 || !settable {
        let time = time.to_str_lossy();
        return Err(Error::new(
            Kind::Unsupported,
            format!("a row's time ({time}, in seconds since 1970) is none that a session can have"),
        )
        .hint("Exclude the rows of the table, or delete its history."));
    }
    out.extend_from_slice(&[b"SET timestamp=".as_slice(), time, b"5"].concat());
    Ok(())
}

fn is_whole(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn odd(what: &str) -> Error {
    Error::new(Kind::Hostile, format!("the server gave {what}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn row(values: &[Option<&str>]) -> Vec<u8> {
        let mut out = Vec::new();
        for value in values {
            match value {
                None => out.push(0xfb),
                Some(value) => {
                    out.push(u8::try_from(value.len()).unwrap());
                    out.extend_from_slice(value.as_bytes());
                }
            }
        }
        out
    }

    fn clock(key: &[usize]) -> Clock {
        Clock {
            table: "`t`".into(),
            key: "`a`".into(),
            versions: Versions {
                start: "`s`".into(),
                end: "`e`".into(),
                key: key.to_vec(),
            },
            open: None,
            keys: None,
        }
    }

    fn written(mut clock: Clock) -> String {
        let mut out = b"HEAD\n".to_vec();
        for (at, (end, id)) in [
            (Some("3.000000"), "7"),
            (Some("3.000000"), "8"),
            (None, "9"),
        ]
        .into_iter()
        .enumerate()
        {
            let bytes = row(&[Some("2.500000"), end, Some(id)]);
            let mut reader = Reader(&bytes);
            let began = clock.turn(&mut reader, at == 0, &mut out).unwrap();
            out.extend_from_slice(if began { b"I " } else { b",\n" });
            clock.note(Reader(reader.0)).unwrap();
            out.extend_from_slice(id.as_bytes());
        }
        clock.close(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_come_and_go_at_their_times() {
        assert_eq!(
            written(clock(&[0])),
            "HEAD\nSET timestamp=2.5000005;\nI 7,\n8;\nSET timestamp=3.0000005;\n\
             DELETE FROM `t` WHERE `a` IN (7, 8);\nSET timestamp=2.5000005;\nI 9"
        );
        assert!(
            written(clock(&[])).contains("DELETE FROM `t` WHERE `s` = FROM_UNIXTIME(2.500000);\n")
        );
    }

    #[test]
    fn times_that_no_session_has_are_refused() {
        let mut out = Vec::new();
        for time in [
            "0.000000",
            "2147483647.000000",
            "1.5",
            "1",
            "-1.000000",
            "x.000000",
            "",
        ] {
            assert!(set(time.as_bytes(), &mut out).is_err(), "{time}");
        }
        assert!(out.is_empty());
        for time in ["0.000001", "1.000000", "2147483646.999999"] {
            assert!(set(time.as_bytes(), &mut out).is_ok(), "{time}");
        }
    }

    #[test]
    fn a_key_is_a_number() {
        let mut clock = clock(&[0]);
        clock.keys = Some(Vec::new());
        for key in [None, Some("1)"), Some("")] {
            let bytes = row(&[key]);
            assert!(clock.note(Reader(&bytes)).is_err());
        }
    }
}
