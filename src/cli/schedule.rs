//! `dumpkeep schedule`: stays in the foreground and runs targets by their cron expressions.

use std::cell::Cell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use rand::RngExt as _;

use super::Context;
use super::config::ConfigFile;
use super::signals::Signals;
use crate::config::resolve::Flags;
use crate::config::{Job, duration};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::logging::failure;
use crate::pipeline::backup::{Surroundings, run as run_backup};
use crate::pipeline::overview::overview;
use crate::pipeline::page::{Page, metrics};
use crate::pipeline::serve::{Answer, listen, serve};
use crate::pipeline::status::status;
use crate::report::{Failure, Report, Stopped};
use crate::schedule::{Schedule, put_off};

/// The longest sleep: the wall clock may be set meanwhile.
const NAP: Duration = Duration::from_secs(20);

/// Arguments of `schedule`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this target; may be given more than once
    #[arg(long, value_name = "NAME")]
    target: Vec<String>,
    /// Answer /health, /metrics and / (the page of all backups) here, such as 127.0.0.1:9187
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

/// What the web server tells, and the loop changes.
struct Shared {
    job: Job,
    last: Option<Report>,
    /// Why the last run could not even begin, where it could not, and its exit code.
    refused: Option<(String, u8)>,
    running: bool,
}

/// Waits and runs until a signal ends it: 0 then, where nothing was under way.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    let mut signals = Signals::listen_to_all()?;
    let job = read(&args, ctx)?;
    let mut starts = Starts::new(&job, &ctx.env)?;
    let shared = Arc::new(Mutex::new(Shared {
        job,
        last: None,
        refused: None,
        running: false,
    }));
    if let Some(address) = &args.listen {
        let (listener, at) = listen(address).await?;
        tracing::warn!("listening on http://{at}");
        let (told, env) = (Arc::clone(&shared), ctx.env.clone());
        tokio::spawn(serve(listener, move |path| answer(&told, &env, path)));
    }
    loop {
        let now = ctx.env.again();
        let due = starts.due(now.now);
        if due.is_empty() {
            let nap = starts.nap(now.now);
            tokio::select! {
                () = tokio::time::sleep(nap) => {}
                (name, code) = signals.next() => match code {
                    129 => reload(&args, ctx, &mut starts, &shared),
                    _ => {
                        tracing::info!("ends on {name}");
                        return Ok(0);
                    }
                },
            }
            continue;
        }
        let ended = one(&due, &now, ctx, (&mut signals, &shared)).await;
        starts.ran(&due, now.now, ctx.env.again().now);
        match ended {
            Ended::Stop(code) => return Ok(code),
            Ended::Reload => reload(&args, ctx, &mut starts, &shared),
            Ended::Well => {}
        }
    }
}

fn read(args: &Args, ctx: &Context) -> Result<Job> {
    let flags = Flags {
        targets: args.target.clone(),
        ..Flags::default()
    };
    args.config.job(&flags, ctx)
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the configuration again; one that is wrong leaves the old one in force.
fn reload(args: &Args, ctx: &Context, starts: &mut Starts, shared: &Mutex<Shared>) {
    let env = ctx.env.again();
    let fresh = read(args, ctx).and_then(|job| Ok((Starts::new(&job, &env)?, job)));
    match fresh {
        Ok((fresh, job)) => {
            starts.replace(fresh);
            lock(shared).job = job;
            tracing::warn!("read the configuration again");
        }
        Err(error) => {
            failure(&error);
            tracing::warn!("the old configuration stays in force");
        }
    }
}

/// How a run ended, as far as the loop is concerned.
enum Ended {
    Well,
    Reload,
    Stop(u8),
}

/// One run of the targets that are due.
async fn one(
    due: &[String],
    env: &Env,
    ctx: &Context,
    (signals, shared): (&mut Signals, &Mutex<Shared>),
) -> Ended {
    let mut job = {
        let mut shared = lock(shared);
        shared.running = true;
        shared.job.clone()
    };
    job.targets.retain(|target| due.contains(&target.name));
    let around = Surroundings {
        env,
        progress: &ctx.progress,
        log: &ctx.log,
    };
    let (asked, again) = (Cell::new(None), Cell::new(false));
    let grace = job.scheduler.grace;
    let stop = async || {
        loop {
            let (name, code) = signals.next().await;
            if code == 129 {
                again.set(true);
                continue;
            }
            let second = asked.replace(Some(code)).is_some();
            if !second {
                tracing::warn!("{name}: the run has {} to end", duration::show(grace));
                tokio::time::sleep(grace).await;
            }
            let error = Error::new(Kind::Cancelled, format!("interrupted by {name}"));
            let why = Failure::from(&error);
            return Stopped { why, code };
        }
    };
    let done = run_backup(&job, around, stop).await;
    let mut shared = lock(shared);
    shared.running = false;
    let code = match done {
        Ok(report) => {
            if report.exit_code != 0 {
                tracing::error!("{}", report.summary());
            }
            let code = report.exit_code;
            shared.last = Some(report);
            shared.refused = None;
            code
        }
        Err(error) => {
            failure(&error);
            shared.refused = Some((error.line(), error.exit_code()));
            error.exit_code()
        }
    };
    match (asked.get(), again.get()) {
        (Some(_), _) => Ended::Stop(code),
        (None, true) => Ended::Reload,
        (None, false) => Ended::Well,
    }
}

fn answer(shared: &Mutex<Shared>, env: &Env, path: &str) -> Answer {
    let shared = lock(shared);
    let now = env.again().now;
    let made = match path {
        "/health" => return health(&shared),
        "/metrics" => status(&shared.job, now, None)
            .map(|status| metrics::text(&status, shared.last.as_ref())),
        "/" => overview(&shared.job, now).map(|lines| {
            let page = Page {
                host: &env.host,
                lines: &lines,
                last: shared.last.as_ref(),
                now,
                zone: shared.job.zone,
            };
            page.html()
        }),
        _ => {
            return (
                404,
                "text/plain",
                "there is /health, /metrics and /\n".to_owned(),
            );
        }
    };
    let kind = if path == "/" {
        "text/html"
    } else {
        "text/plain"
    };
    match made {
        Ok(body) => (200, kind, body),
        Err(error) => (503, "text/plain", format!("{}\n", error.report())),
    }
}

/// Well as long as the last run ended well, or there was none yet. One that could not begin did not.
fn health(shared: &Shared) -> Answer {
    let last = shared.last.as_ref().map(|report| report.exit_code);
    let refused = shared.refused.as_ref();
    let code = refused.map(|(_, code)| *code).or(last);
    let body = serde_json::json!({
        "running": shared.running,
        "last_run": shared.last.as_ref().map(|report| &report.run_id),
        "exit_code": code,
        "error": refused.map(|(error, _)| error),
    });
    let status = if code.unwrap_or(0) == 0 { 200 } else { 503 };
    (status, "application/json", format!("{body}\n"))
}

/// When each target runs next.
struct Starts {
    all: Vec<Start>,
    catch_up: bool,
    jitter: Duration,
    zone: chrono_tz::Tz,
}

struct Start {
    target: String,
    schedule: Schedule,
    /// What was before this moment is done with.
    since: DateTime<Utc>,
    next: Option<DateTime<Utc>>,
}

impl Starts {
    /// A start that was missed while nobody waited counts from the newest backup there is.
    fn new(job: &Job, env: &Env) -> Result<Self> {
        let known = status(job, env.now, None)?;
        let mut all = Vec::new();
        for target in &job.targets {
            let Some(text) = &target.schedule else {
                tracing::warn!("target {} has no schedule: it is not run", target.name);
                continue;
            };
            let of_target = known
                .databases
                .iter()
                .filter(|line| line.target == target.name);
            let newest = of_target.filter_map(|line| line.time).max();
            let since = newest.filter(|_| job.scheduler.catch_up);
            all.push(Start {
                target: target.name.clone(),
                schedule: Schedule::parse(text, &format!("target \"{}\": schedule", target.name))?,
                since: since.unwrap_or(env.now).min(env.now),
                next: None,
            });
        }
        if all.is_empty() {
            return Err(Error::new(Kind::Config, "no target has a schedule")
                .hint("Set schedule = \"15 2 * * *\" in a [[target]]."));
        }
        let mut starts = Self {
            all,
            catch_up: job.scheduler.catch_up,
            jitter: job.scheduler.jitter,
            zone: job.zone,
        };
        starts.plan();
        Ok(starts)
    }

    fn plan(&mut self) {
        for start in self.all.iter_mut().filter(|start| start.next.is_none()) {
            let dice: f64 = rand::rng().random();
            let next = start.schedule.next(start.since, self.zone);
            start.next = next.map(|next| put_off(next, self.jitter, dice));
            if let Some(next) = start.next {
                let local = next.with_timezone(&self.zone);
                tracing::info!(
                    "target {} runs at {}",
                    start.target,
                    local.format("%Y-%m-%d %H:%M:%S %Z")
                );
            }
        }
    }

    /// Takes a new configuration's schedules; what is known of a target that stays is kept.
    fn replace(&mut self, mut fresh: Self) {
        for start in &mut fresh.all {
            if let Some(old) = self.all.iter().find(|old| old.target == start.target) {
                start.since = old.since.max(start.since);
                start.next = None;
            }
        }
        *self = fresh;
        self.plan();
    }

    fn due(&self, now: DateTime<Utc>) -> Vec<String> {
        let due = self
            .all
            .iter()
            .filter(|start| start.next.is_some_and(|next| next <= now));
        due.map(|start| start.target.clone()).collect()
    }

    fn nap(&self, now: DateTime<Utc>) -> Duration {
        let next = self.all.iter().filter_map(|start| start.next).min();
        let until = next.and_then(|next| (next - now).to_std().ok());
        until.unwrap_or(NAP).min(NAP)
    }

    /// These ran from `began` to `ended`. What came due meanwhile was missed.
    fn ran(&mut self, due: &[String], began: DateTime<Utc>, ended: DateTime<Utc>) {
        for start in &mut self.all {
            let missed = start.next.is_some_and(|next| next <= ended);
            if due.contains(&start.target) {
                start.since = if self.catch_up { began } else { ended };
                start.next = None;
            } else if missed && !self.catch_up {
                start.since = ended;
                start.next = None;
            }
        }
        self.plan();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use chrono::{TimeDelta, TimeZone as _};
    use chrono_tz::Tz;

    use super::*;

    fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0)
            .unwrap()
    }

    /// Targets that were last seen to at noon of the first day.
    fn starts(catch_up: bool, jitter: u64, targets: &[(&str, &str)]) -> Starts {
        let start = |(name, text): &(&str, &str)| Start {
            target: (*name).to_owned(),
            schedule: Schedule::parse(text, "schedule").unwrap(),
            since: at(1, 12, 0),
            next: None,
        };
        let mut starts = Starts {
            all: targets.iter().map(start).collect(),
            catch_up,
            jitter: Duration::from_secs(jitter),
            zone: Tz::UTC,
        };
        starts.plan();
        starts
    }

    #[test]
    fn starts_that_are_missed_are_one_run_or_none() {
        for (catch_up, next) in [(true, at(5, 2, 15)), (false, at(6, 2, 15))] {
            let mut starts = starts(catch_up, 0, &[("a", "15 2 * * *")]);
            assert_eq!(starts.due(at(2, 2, 14)), Vec::<String>::new());
            assert_eq!(starts.due(at(2, 2, 15)), ["a"]);
            // It runs for three days: three starts come meanwhile.
            starts.ran(&["a".to_owned()], at(4, 3, 0), at(5, 4, 0));
            assert_eq!(starts.all[0].next, Some(next), "{catch_up}");
            if catch_up {
                assert_eq!(starts.due(at(5, 4, 0)), ["a"], "once, at once");
                starts.ran(&["a".to_owned()], at(5, 4, 0), at(5, 4, 10));
                assert_eq!(starts.all[0].next, Some(at(6, 2, 15)), "and then as ever");
            }
        }
    }

    #[test]
    fn a_start_of_another_target_that_was_missed_is_made_good_or_not() {
        for (catch_up, due) in [(true, vec!["b".to_owned()]), (false, Vec::new())] {
            let both = [("a", "0 2 * * *"), ("b", "30 2 * * *")];
            let mut starts = starts(catch_up, 0, &both);
            assert_eq!(starts.due(at(2, 2, 0)), ["a"]);
            starts.ran(&["a".to_owned()], at(2, 2, 0), at(2, 3, 0));
            assert_eq!(starts.due(at(2, 3, 0)), due);
            let next: Vec<_> = starts.all.iter().map(|start| start.next.unwrap()).collect();
            assert_eq!(next[0], at(3, 2, 0));
            let again = if catch_up { at(2, 2, 30) } else { at(3, 2, 30) };
            assert_eq!(next[1], again);
        }
    }

    #[test]
    fn jitter_puts_each_start_off_by_its_own_part() {
        let ten = TimeDelta::minutes(10);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let starts = starts(true, 600, &[("a", "15 2 * * *")]);
            let next = starts.all[0].next.unwrap();
            assert!(
                (at(2, 2, 15)..=at(2, 2, 15) + ten).contains(&next),
                "{next}"
            );
            assert_eq!(starts.due(next).len(), 1);
            seen.insert(next);
        }
        assert!(seen.len() > 10, "they differ: {seen:?}");
    }

    #[test]
    fn the_next_start_after_a_put_off_one_is_the_next_of_the_schedule() {
        let mut starts = starts(true, 600, &[("a", "15 2 * * *")]);
        let began = starts.all[0].next.unwrap();
        starts.ran(&["a".to_owned()], began, began + TimeDelta::minutes(1));
        let next = starts.all[0].next.unwrap();
        assert!(next >= at(3, 2, 15), "{next}: no start twice");
    }

    #[test]
    fn a_new_configuration_keeps_what_is_known_of_a_target() {
        let mut old = starts(true, 0, &[("a", "15 2 * * *")]);
        old.ran(&["a".to_owned()], at(4, 2, 15), at(4, 2, 20));
        let fresh = starts(true, 0, &[("a", "30 3 * * *"), ("b", "0 0 * * *")]);
        old.replace(fresh);
        assert_eq!(old.all[0].next, Some(at(4, 3, 30)), "after its last run");
        assert_eq!(old.all[1].next, Some(at(2, 0, 0)));
    }

    #[test]
    fn naps_are_short_whatever_the_clock_does() {
        let starts = starts(true, 0, &[("a", "15 2 * * *")]);
        assert_eq!(starts.nap(at(1, 13, 0)), NAP);
        assert_eq!(
            starts.nap(at(2, 2, 14) + TimeDelta::seconds(55)),
            Duration::from_secs(5)
        );
    }
}
