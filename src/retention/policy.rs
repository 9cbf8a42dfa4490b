//! Which backups stay. Pure: from the names and dates of what there is, and a policy, to what is to be
//! linked and dropped, each with its reason.
//!
//! A class has *periods* (days, ISO weeks, months, years); each period's first backup stands for it,
//! and the newest periods that have one are kept. Periods without backups don't count, so nights that
//! failed never push good backups out.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::store::layout::{BackupName, Class};

/// How many each class keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// The newest backups.
    pub last: u32,
    /// Days that have one.
    pub days: u32,
    /// ISO weeks that have one.
    pub weeks: u32,
    /// Months that have one.
    pub months: u32,
    /// Years that have one.
    pub years: u32,
}

impl Policy {
    /// The count of a class.
    #[must_use]
    pub fn count(&self, class: Class) -> u32 {
        match class {
            Class::Last => self.last,
            Class::Daily => self.days,
            Class::Weekly => self.weeks,
            Class::Monthly => self.months,
            Class::Yearly => self.years,
        }
    }

    /// Whether it would keep nothing at all.
    #[must_use]
    pub fn keeps_nothing(&self) -> bool {
        Class::ALL.iter().all(|&class| self.count(class) == 0)
    }
}

/// A backup as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its name, taken apart.
    pub name: BackupName,
    /// Its size in bytes.
    pub bytes: u64,
    /// When its file was written, in seconds and nanoseconds since 1970.
    pub written: (i64, i64),
    /// Whether the real file is among the dumps. Else only links of it are left.
    pub in_dumps: bool,
    /// The classes' names for it: class and file name. A class may have two (an old script's weeks).
    pub links: Vec<(Class, String)>,
    /// Hard links beyond those: somebody else's, who counts on the file.
    pub pins: u64,
}

/// A name to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewLink {
    /// The backup's file name.
    pub file: String,
    /// The class that takes it.
    pub class: Class,
    /// The link's name in the class's folder.
    pub link: String,
    /// Why.
    pub reason: String,
}

/// A name to be dropped: of a class, or (no class) the real file itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drop {
    /// The class whose link it is; `None` for the real file.
    pub class: Option<Class>,
    /// The file name in that folder.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What becomes of one backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Its file name.
    pub file: String,
    /// The classes that hold it afterwards.
    pub classes: Vec<Class>,
    /// Whether it stays.
    pub kept: bool,
    /// Why.
    pub reason: String,
}

/// Everything that retention does to one database's backups, in this order: links, then drops.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PrunePlan {
    /// Names to make, first of all.
    pub links: Vec<NewLink>,
    /// Names to drop, links before real files.
    pub drops: Vec<Drop>,
    /// One line for each backup, oldest first.
    pub verdicts: Vec<Verdict>,
}

/// How far ahead of the clock a backup may be: an hour that a zone repeats, and a clock's drift.
pub const AHEAD: TimeDelta = TimeDelta::hours(2);

/// Why a backup counts for nothing whose name is ahead of the clock.
pub const FUTURE: &str = "its date is in the future";

/// Decides about all backups of one database.
#[must_use]
pub fn plan(now: DateTime<Utc>, zone: Tz, backups: &[Backup], policy: &Policy) -> PrunePlan {
    let horizon = now.with_timezone(&zone).naive_local() + AHEAD;
    let mut sorted: Vec<&Backup> = backups.iter().collect();
    sorted.sort_by_key(|backup| (backup.name.at, backup.name.to_string()));
    let good: Vec<&Backup> = sorted
        .iter()
        .copied()
        .filter(|backup| set_aside(backup, horizon).is_none())
        .collect();
    let held = Class::ALL.map(|class| (class, holders(class, policy.count(class), &good)));
    let newest = newest(&good);
    let mut plan = PrunePlan::default();
    for backup in sorted {
        let fate = match set_aside(backup, horizon) {
            Some(reason) => Fate::untouched(backup, reason),
            None => Fate::of(backup, &held, newest.contains(&backup)),
        };
        fate.record(backup, &mut plan);
    }
    plan.drops.sort_by_key(|drop| drop.class.is_none());
    plan
}

/// The newest by its name; and of those that are not much older by theirs the one that was written last,
/// which is another in an hour that a zone repeats, or where runs name their backups by different zones.
fn newest<'a>(good: &[&'a Backup]) -> Vec<&'a Backup> {
    let Some(last) = good.last() else {
        return Vec::new();
    };
    let near = good.iter().filter(|b| b.name.at + AHEAD >= last.name.at);
    let written = near.max_by_key(|b| (b.written, b.name.at));
    std::iter::once(*last).chain(written.copied()).collect()
}

/// Why a backup is left alone and counts for nothing.
fn set_aside(backup: &Backup, horizon: NaiveDateTime) -> Option<&'static str> {
    if backup.name.at > horizon {
        Some(FUTURE)
    } else if backup.bytes == 0 {
        Some("it is empty, so no backup")
    } else {
        None
    }
}

/// The backups that a class holds, by file name, with their periods; `good` is sorted by time.
fn holders(class: Class, count: u32, good: &[&Backup]) -> BTreeMap<String, String> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if class == Class::Last {
        let newest = good.iter().rev().take(count);
        return newest
            .map(|b| (b.name.to_string(), String::new()))
            .collect();
    }
    let mut first: BTreeMap<String, &Backup> = BTreeMap::new();
    for &backup in good {
        let period = class.period(backup.name.at);
        match first.get(&period) {
            // What has the link already keeps it: a second prune changes nothing.
            Some(holder) if holder.linked(class) || !backup.linked(class) => {}
            _ => {
                first.insert(period, backup);
            }
        }
    }
    let newest = first.into_iter().rev().take(count);
    newest
        .map(|(period, b)| (b.name.to_string(), period))
        .collect()
}

impl Backup {
    fn linked(&self, class: Class) -> bool {
        self.links.iter().any(|(of, _)| *of == class)
    }
}

type Held = [(Class, BTreeMap<String, String>); 5];

struct Fate {
    classes: Vec<Class>,
    links: Vec<NewLink>,
    drops: Vec<Drop>,
    kept: bool,
    reason: String,
}

impl Fate {
    fn untouched(backup: &Backup, reason: &str) -> Self {
        let classes: BTreeSet<Class> = backup.links.iter().map(|(class, _)| *class).collect();
        Self {
            classes: classes.into_iter().collect(),
            links: Vec::new(),
            drops: Vec::new(),
            kept: true,
            reason: reason.to_owned(),
        }
    }

    fn of(backup: &Backup, held: &Held, newest: bool) -> Self {
        let file = backup.name.to_string();
        let mut fate = Self::untouched(backup, "");
        fate.classes.clear();
        let mut reasons = Vec::new();
        for (class, holders) in held {
            let period = holders.get(&file);
            if let Some(period) = period {
                fate.classes.push(*class);
                reasons.push(holding(*class, period));
            }
            fate.settle(backup, *class, period.is_some());
        }
        if newest {
            reasons.push("newest good backup".to_owned());
        }
        if backup.pins > 0 {
            reasons.push("has a link of somebody else's".to_owned());
        }
        fate.kept = !reasons.is_empty();
        fate.reason = if fate.kept {
            reasons.join(", ")
        } else {
            "no class holds it".to_owned()
        };
        if !fate.kept && backup.in_dumps {
            let (class, name, reason) = (None, file, fate.reason.clone());
            fate.drops.push(Drop {
                class,
                name,
                reason,
            });
        }
        fate
    }

    /// One name in each class that holds it, none in the others.
    fn settle(&mut self, backup: &Backup, class: Class, holds: bool) {
        let file = backup.name.to_string();
        let link = class.link_name(&file, backup.name.at);
        let mut names: Vec<&String> = backup
            .links
            .iter()
            .filter_map(|(of, name)| (*of == class).then_some(name))
            .collect();
        // The contract's name first, so that it is the one that stays.
        names.sort_by_key(|name| **name != link);
        if holds && names.is_empty() {
            let reason = holding(class, &class.period(backup.name.at));
            self.links.push(NewLink {
                file,
                class,
                link,
                reason,
            });
        }
        let reason = if holds {
            "a second link of its class"
        } else {
            "beyond the class's count, or not its period's first"
        };
        self.drops
            .extend(names.iter().skip(usize::from(holds)).map(|name| Drop {
                class: Some(class),
                name: (*name).clone(),
                reason: reason.to_owned(),
            }));
    }

    fn record(self, backup: &Backup, plan: &mut PrunePlan) {
        plan.links.extend(self.links);
        plan.drops.extend(self.drops);
        plan.verdicts.push(Verdict {
            file: backup.name.to_string(),
            classes: self.classes,
            kept: self.kept,
            reason: self.reason,
        });
    }
}

fn holding(class: Class, period: &str) -> String {
    match class {
        Class::Last => "one of the newest".to_owned(),
        Class::Daily => format!("first of day {}", period.replace('_', "-")),
        Class::Weekly => format!("first of week {}", period.replace('_', "-")),
        Class::Monthly => format!("first of month {}", period.replace('_', "-")),
        Class::Yearly => format!("first of year {period}"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use chrono::{NaiveDate, TimeZone as _};
    use proptest::prelude::*;

    use super::*;

    const POLICY: Policy = Policy {
        last: 2,
        days: 3,
        weeks: 2,
        months: 2,
        years: 2,
    };

    fn backup(at: NaiveDateTime) -> Backup {
        Backup {
            name: BackupName {
                folder: "shop".to_owned(),
                at,
                extension: "sql.zst".to_owned(),
            },
            bytes: 1,
            written: (at.and_utc().timestamp(), 0),
            in_dumps: true,
            links: Vec::new(),
            pins: 0,
        }
    }

    fn day(y: i32, m: u32, d: u32) -> NaiveDateTime {
        let date = NaiveDate::from_ymd_opt(y, m, d).unwrap();
        date.and_hms_opt(2, 0, 0).unwrap()
    }

    fn utc(at: NaiveDateTime) -> DateTime<Utc> {
        Utc.from_utc_datetime(&at)
    }

    /// The store after a plan, as `apply` would leave it.
    fn applied(backups: &[Backup], plan: &PrunePlan) -> Vec<Backup> {
        let mut after = backups.to_vec();
        for b in &mut after {
            let file = b.name.to_string();
            for link in plan.links.iter().filter(|link| link.file == file) {
                b.links.push((link.class, link.link.clone()));
            }
            for drop in &plan.drops {
                match drop.class {
                    Some(class) => b
                        .links
                        .retain(|(of, name)| (*of, name) != (class, &drop.name)),
                    None => b.in_dumps &= drop.name != file,
                }
            }
        }
        after.retain(|b| b.in_dumps || !b.links.is_empty());
        after
    }

    fn kept(plan: &PrunePlan) -> Vec<&str> {
        let kept = plan.verdicts.iter().filter(|verdict| verdict.kept);
        kept.map(|verdict| &verdict.file[5..15]).collect()
    }

    #[test]
    fn firsts_of_periods_and_the_newest_stay() {
        let days: Vec<Backup> = (1..=30).map(|d| backup(day(2026, 11, d))).collect();
        let plan = plan(utc(day(2026, 11, 30)), Tz::UTC, &days, &POLICY);
        // Weeks begin on the 23rd and the 30th; the month on the 1st.
        assert_eq!(
            kept(&plan),
            [
                "2026-11-01",
                "2026-11-23",
                "2026-11-28",
                "2026-11-29",
                "2026-11-30"
            ]
        );
        let first = &plan.verdicts[0];
        assert_eq!(first.classes, [Class::Monthly, Class::Yearly]);
        assert_eq!(first.reason, "first of month 2026-11, first of year 2026");
    }

    #[test]
    fn what_was_written_last_stays_though_its_name_is_older() {
        let policy = Policy {
            last: 1,
            days: 0,
            weeks: 0,
            months: 0,
            years: 0,
        };
        let before = backup(day(2026, 10, 25) + TimeDelta::minutes(170));
        let mut after = backup(day(2026, 10, 25) + TimeDelta::minutes(130));
        after.written = (before.written.0 + 1200, 0);
        let old = backup(day(2026, 10, 24));
        let now = utc(day(2026, 10, 25) + TimeDelta::minutes(131));
        let all = [old, after, before];
        let plan = plan(now, Tz::UTC, &all, &policy);
        assert_eq!(kept(&plan), ["2026-10-25", "2026-10-25"]);
        assert_eq!(applied(&all, &plan).len(), 2);
    }

    #[test]
    fn a_period_with_a_link_keeps_its_holder() {
        let mut late = backup(day(2026, 11, 3) + TimeDelta::hours(5));
        let link = Class::Daily.link_name(&late.name.to_string(), late.name.at);
        late.links.push((Class::Daily, link));
        let early = backup(day(2026, 11, 3));
        let plan = plan(utc(day(2026, 11, 4)), Tz::UTC, &[early, late], &POLICY);
        assert!(plan.links.iter().all(|link| link.class != Class::Daily));
    }

    #[test]
    fn what_others_link_to_stays() {
        let policy = Policy {
            last: 1,
            days: 0,
            weeks: 0,
            months: 0,
            years: 0,
        };
        let mut pinned = backup(day(2020, 1, 1));
        pinned.pins = 1;
        let all = [pinned, backup(day(2021, 1, 1)), backup(day(2022, 1, 1))];
        let plan = plan(utc(day(2026, 1, 1)), Tz::UTC, &all, &policy);
        assert_eq!(kept(&plan), ["2020-01-01", "2022-01-01"]);
    }

    #[test]
    fn future_and_empty_files_count_for_nothing_and_stay() {
        let policy = Policy {
            last: 1,
            days: 0,
            weeks: 0,
            months: 0,
            years: 0,
        };
        let mut empty = backup(day(2026, 1, 2));
        empty.bytes = 0;
        let all = [backup(day(2026, 1, 1)), empty, backup(day(2030, 1, 1))];
        let plan = plan(utc(day(2026, 1, 3)), Tz::UTC, &all, &policy);
        assert_eq!(plan.verdicts.iter().filter(|v| v.kept).count(), 3);
        assert!(plan.verdicts[2].reason.contains("future"));
        assert_eq!(plan.links.len(), 1);
    }

    #[test]
    fn old_week_names_are_kept_and_doubles_dropped() {
        let mut b = backup(day(2024, 12, 30));
        let file = b.name.to_string();
        b.links = vec![(Class::Weekly, format!("2024_01_{file}"))];
        let one = plan(utc(day(2025, 1, 1)), Tz::UTC, &[b.clone()], &POLICY);
        assert!(one.drops.is_empty());
        b.links.push((Class::Weekly, format!("2025_W01_{file}")));
        let two = plan(utc(day(2025, 1, 1)), Tz::UTC, &[b], &POLICY);
        assert_eq!(two.drops.len(), 1);
        assert_eq!(two.drops[0].name, format!("2024_01_{file}"));
    }

    fn policies() -> impl Strategy<Value = Policy> {
        (0..5u32, 0..5u32, 0..5u32, 0..5u32, 0..5u32).prop_map(
            |(last, days, weeks, months, years)| Policy {
                last,
                days,
                weeks,
                months,
                years,
            },
        )
    }

    fn stores() -> impl Strategy<Value = Vec<Backup>> {
        prop::collection::btree_set(0..30_000_000i64, 0..60).prop_map(|seconds| {
            let start = day(2024, 10, 1);
            let at = |s: i64| start + TimeDelta::seconds(s * 2);
            seconds.into_iter().map(|s| backup(at(s))).collect()
        })
    }

    proptest! {
        #[test]
        fn a_second_prune_changes_nothing(all in stores(), policy in policies()) {
            let now = utc(day(2027, 1, 1));
            let first = plan(now, Tz::UTC, &all, &policy);
            let after = applied(&all, &first);
            let second = plan(now, Tz::UTC, &after, &policy);
            prop_assert!(second.links.is_empty() && second.drops.is_empty(), "{second:?}");
        }

        #[test]
        fn the_newest_survives_and_classes_are_full(all in stores(), policy in policies()) {
            let now = utc(day(2027, 1, 1));
            let after = applied(&all, &plan(now, Tz::UTC, &all, &policy));
            let newest = all.last().map(|b| &b.name);
            prop_assert_eq!(after.last().map(|b| &b.name), newest);
            for class in Class::ALL {
                let periods: BTreeSet<String> = all
                    .iter()
                    .map(|b| match class {
                        Class::Last => b.name.to_string(),
                        _ => class.period(b.name.at),
                    })
                    .collect();
                let wanted = periods.len().min(policy.count(class) as usize);
                let links = after.iter().filter(|b| b.linked(class)).count();
                prop_assert_eq!(links, wanted);
            }
        }

        #[test]
        fn night_by_night_is_as_good_as_at_once(gaps in prop::collection::vec(1..40i64, 1..40)) {
            let mut store: Vec<Backup> = Vec::new();
            let mut at = day(2025, 12, 20);
            for gap in gaps {
                at += TimeDelta::hours(gap);
                store.push(backup(at));
                let plan = plan(utc(at), Tz::UTC, &store, &POLICY);
                store = applied(&store, &plan);
                prop_assert_eq!(store.last().map(|b| b.name.at), Some(at));
                let days: BTreeSet<String> =
                    store.iter().map(|b| Class::Daily.period(b.name.at)).collect();
                let links = store.iter().filter(|b| b.linked(Class::Daily)).count();
                prop_assert!(links >= days.len().min(3));
            }
        }
    }

    /// Nightly and hourly backups around every change of clocks and year: one link a period.
    #[test]
    fn one_link_per_period_in_twenty_zones_for_a_century() {
        let zones = [
            "Europe/Paris",
            "Europe/London",
            "Europe/Dublin",
            "America/New_York",
            "America/St_Johns",
            "America/Sao_Paulo",
            "America/Santiago",
            "America/Havana",
            "Asia/Tehran",
            "Asia/Gaza",
            "Asia/Kathmandu",
            "Asia/Tokyo",
            "Africa/Cairo",
            "Africa/Casablanca",
            "Australia/Lord_Howe",
            "Australia/Sydney",
            "Pacific/Apia",
            "Pacific/Chatham",
            "Pacific/Kiritimati",
            "UTC",
        ];
        let policy = Policy {
            last: 1000,
            days: 1000,
            weeks: 1000,
            months: 1000,
            years: 1000,
        };
        for zone in zones {
            let zone: Tz = zone.parse().unwrap();
            for year in 2000..2100 {
                for start in turning_points(zone, year) {
                    one_link_per_period(zone, start, &policy);
                }
            }
        }
    }

    fn turning_points(zone: Tz, year: i32) -> Vec<DateTime<Utc>> {
        use chrono::Offset as _;
        let begin = utc(day(year, 1, 1));
        let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        let days = (0..365).map(|d| begin + TimeDelta::days(d));
        let mut points: Vec<_> = days
            .filter(|&at| offset(at) != offset(at + TimeDelta::days(1)))
            .collect();
        points.push(utc(day(year, 12, 31)));
        points
    }

    fn one_link_per_period(zone: Tz, start: DateTime<Utc>, policy: &Policy) {
        let hours = (-6..42).map(|h| start + TimeDelta::hours(h));
        let mut all: Vec<Backup> = hours
            .map(|at| backup(at.with_timezone(&zone).naive_local()))
            .collect();
        all.sort_by_key(|b| b.name.at);
        all.dedup_by_key(|b| b.name.at);
        let now = start + TimeDelta::hours(42);
        let after = applied(&all, &plan(now, zone, &all, policy));
        for class in &Class::ALL[1..] {
            let mut seen = BTreeSet::new();
            for b in after.iter().filter(|b| b.linked(*class)) {
                assert!(
                    seen.insert(class.period(b.name.at)),
                    "{zone} {start} {class}"
                );
            }
            let periods: BTreeSet<_> = all.iter().map(|b| class.period(b.name.at)).collect();
            assert_eq!(seen, periods, "{zone} {start} {class}");
        }
    }
}
