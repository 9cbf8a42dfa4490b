//! Cron expressions: when a target runs next. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};

use crate::error::{Error, Kind, Result};

/// A cron expression: five fields (minute, hour, day, month, weekday) or `@daily` and the like.
#[derive(Debug, Clone)]
pub struct Schedule(Cron);

impl Schedule {
    /// Reads it; `key` names the place in messages.
    pub fn parse(text: &str, key: &str) -> Result<Self> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        parser.parse(text).map(Self).map_err(|cause| {
            let what = format!("{key}: \"{text}\" is no cron expression");
            Error::new(Kind::Config, what)
                .cause(cause)
                .hint("Minute, hour, day, month, weekday: \"15 2 * * *\" is 02:15 every day.")
        })
    }

    /// The first start after this moment, in the zone's time. A time that the clocks skip is made
    /// good when they have; one that they repeat comes once, unless the expression is of each hour.
    /// None where there is none (31 February).
    #[must_use]
    pub fn next(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = after.with_timezone(&zone);
        let next = self.0.find_next_occurrence(&local, false).ok()?;
        Some(next.with_timezone(&Utc)).filter(|next| *next > after)
    }

    /// The starts after `since` up to `now`, at most `limit` of them.
    #[must_use]
    pub fn missed(
        &self,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        zone: Tz,
        limit: usize,
    ) -> usize {
        let mut at = since;
        let mut count = 0;
        while count < limit {
            match self.next(at, zone) {
                Some(next) if next <= now => at = next,
                _ => break,
            }
            count += 1;
        }
        count
    }
}

/// A start, put off by a part of the jitter: `dice` is between 0 and 1.
#[must_use]
pub fn put_off(start: DateTime<Utc>, jitter: std::time::Duration, dice: f64) -> DateTime<Utc> {
    let by = jitter.mul_f64(dice.clamp(0.0, 1.0));
    start + TimeDelta::from_std(by).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn utc(y: i32, m: u32, d: u32, h: u32, min: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(y, m, d, h, min, 0).unwrap()
    }

    fn next(text: &str, after: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        Schedule::parse(text, "t")
            .unwrap()
            .next(after, zone)
            .unwrap()
    }

    #[test]
    fn next_starts_are_in_the_zone() {
        let noon = utc(2026, 11, 23, 12, 0);
        assert_eq!(next("15 2 * * *", noon, Tz::UTC), utc(2026, 11, 24, 2, 15));
        assert_eq!(
            next("15 2 * * *", noon, Tz::Europe__Paris),
            utc(2026, 11, 24, 1, 15)
        );
        assert_eq!(
            next("*/20 * * * *", noon, Tz::UTC),
            utc(2026, 11, 23, 12, 20)
        );
        assert_eq!(next("0 3 * * 0", noon, Tz::UTC), utc(2026, 11, 29, 3, 0));
        assert_eq!(next("@monthly", noon, Tz::UTC), utc(2026, 12, 1, 0, 0));
    }

    #[test]
    fn each_night_has_one_start_whatever_the_clocks_do() {
        for (zone, from) in [
            (Tz::Europe__Paris, utc(2026, 3, 27, 12, 0)),
            (Tz::Europe__Paris, utc(2026, 10, 23, 12, 0)),
            (Tz::America__New_York, utc(2026, 3, 6, 12, 0)),
            (Tz::America__New_York, utc(2026, 10, 30, 12, 0)),
        ] {
            let nightly = Schedule::parse("30 2 * * *", "t").unwrap();
            let count = nightly.missed(from, from + TimeDelta::days(4), zone, 100);
            assert_eq!(count, 4, "{zone} {from}");
        }
    }

    #[test]
    fn missed_starts_are_counted() {
        let hourly = Schedule::parse("0 * * * *", "t").unwrap();
        let from = utc(2026, 11, 23, 0, 30);
        assert_eq!(
            hourly.missed(from, from + TimeDelta::hours(5), Tz::UTC, 100),
            5
        );
        assert_eq!(
            hourly.missed(from, from + TimeDelta::hours(5), Tz::UTC, 1),
            1
        );
    }

    #[test]
    fn what_is_none_is_named() {
        for text in ["", "60 * * * *", "* * * *", "0 0 2 * * *", "soon"] {
            let error = Schedule::parse(text, "target \"a\": schedule").unwrap_err();
            assert!(
                error.line().starts_with("target \"a\": schedule:"),
                "{error}"
            );
            assert_eq!(error.exit_code(), 2);
        }
        assert!(
            Schedule::parse("0 0 31 2 *", "t")
                .unwrap()
                .next(utc(2026, 1, 1, 0, 0), Tz::UTC)
                .is_none()
        );
    }
}
