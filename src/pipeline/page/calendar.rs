//! A calendar of the last half year: a square for each day, filled where it has a backup.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use crate::pipeline::overview::Kept;
use crate::report::size;

/// Weeks that are shown.
const WEEKS: i64 = 26;
/// A square with its gap.
const STEP: i64 = 12;

pub(super) fn draw(backups: &[Kept], today: NaiveDate, out: &mut String) {
    let mut days: BTreeMap<NaiveDate, (usize, u64)> = BTreeMap::new();
    for backup in backups {
        let day = days.entry(backup.day).or_default();
        *day = (day.0 + 1, backup.bytes);
    }
    let monday = today - TimeDelta::days(i64::from(today.weekday().num_days_from_monday()));
    let first = monday - TimeDelta::weeks(WEEKS - 1);
    let (width, height) = (WEEKS * STEP, 7 * STEP + 12);
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"days with a backup\">"
    );
    for week in 0..WEEKS {
        let begin = first + TimeDelta::weeks(week);
        if begin.day() <= 7 {
            let _ = write!(
                out,
                "<text x=\"{}\" y=\"9\">{}</text>",
                week * STEP,
                begin.format("%b")
            );
        }
        for weekday in 0..7 {
            let day = begin + TimeDelta::days(weekday);
            if day > today {
                continue;
            }
            let (fill, said) = match days.get(&day) {
                None => ("none", "no backup".to_owned()),
                Some((count, bytes)) => ("good", format!("{count}, the last {}", size(*bytes))),
            };
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"10\" height=\"10\" rx=\"2\" fill=\"var(--{fill})\"><title>{day}: {said}</title></rect>",
                week * STEP,
                weekday * STEP + 12
            );
        }
    }
    out.push_str("</svg>");
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::pipeline::page::tests::line;

    #[test]
    fn each_day_is_a_square() {
        let mut out = String::new();
        let today = NaiveDate::from_ymd_opt(2026, 10, 21).unwrap();
        draw(&line().backups, today, &mut out);
        assert_eq!(out.matches("<rect").count(), 25 * 7 + 3);
        assert_eq!(out.matches("var(--good)").count(), 16);
        assert!(out.contains("2026-10-01: no backup"));
    }
}
