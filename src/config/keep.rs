//! What is kept of which database: a target's counts, and others for names that match. Pure.

use super::pattern::Pattern;
use super::raw::{RawKeep, RawRetention};
use crate::error::{Error, Kind, Result};
use crate::retention::policy::Policy;

/// A target's policies.
#[derive(Debug, Clone)]
pub struct Policies {
    /// What holds where nothing else does.
    pub all: Policy,
    some: Vec<(Vec<Pattern>, Policy)>,
}

impl Policies {
    /// The policy of a database; `__GLOBAL__` is the globals.
    #[must_use]
    pub fn of(&self, database: &[u8]) -> &Policy {
        let mut some = self.some.iter();
        let own = some.find(|(names, _)| names.iter().any(|name| name.matches(database)));
        own.map_or(&self.all, |(_, policy)| policy)
    }

    /// Fills in counts, from the inside out, and refuses what would keep nothing.
    pub(super) fn resolve(
        some: &[RawKeep],
        own: &RawRetention,
        whole: &RawRetention,
        key: &str,
    ) -> Result<Self> {
        let all = policy(own, &defaults(whole), key)?;
        let some = some.iter().enumerate().map(|(index, keep)| {
            let key = format!("{key}: keep {}", index + 1);
            let names = keep.databases.iter();
            let names = names.map(|name| Pattern::new(name, &format!("{key}: databases")));
            let names: Vec<Pattern> = names.collect::<Result<_>>()?;
            if names.is_empty() {
                let what = format!("{key} names no databases");
                return Err(Error::new(Kind::Config, what));
            }
            Ok((names, policy(&keep.retention, &all, &key)?))
        });
        Ok(Self {
            some: some.collect::<Result<_>>()?,
            all,
        })
    }
}

fn defaults(whole: &RawRetention) -> Policy {
    Policy {
        last: whole.last.unwrap_or(24),
        days: whole.days.unwrap_or(14),
        weeks: whole.weeks.unwrap_or(8),
        months: whole.months.unwrap_or(12),
        years: whole.years.unwrap_or(3),
    }
}

fn policy(own: &RawRetention, around: &Policy, key: &str) -> Result<Policy> {
    let wrong = |what: &str| Error::new(Kind::Config, format!("{key} {what}"));
    if own.logs.is_some() {
        return Err(wrong("has retention.logs, which is the whole run's"));
    }
    let policy = Policy {
        last: own.last.unwrap_or(around.last),
        days: own.days.unwrap_or(around.days),
        weeks: own.weeks.unwrap_or(around.weeks),
        months: own.months.unwrap_or(around.months),
        years: own.years.unwrap_or(around.years),
    };
    if policy.keeps_nothing() {
        return Err(wrong("has a retention that keeps nothing")
            .hint("Set one of last, days, weeks, months and years above 0."));
    }
    Ok(policy)
}
