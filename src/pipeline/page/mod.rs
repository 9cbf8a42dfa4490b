//! The page of all backups: one file, readable without scripts, in the dark and on a phone. Pure.

mod calendar;
mod chart;
pub mod metrics;

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::notify::render::escaped;
use crate::pipeline::overview::{Kept, Line};
use crate::report::{Report, size};

/// What the page is of.
#[derive(Debug)]
pub struct Page<'a> {
    /// The host.
    pub host: &'a str,
    /// All backups.
    pub lines: &'a [Line],
    /// The last run, where this process made it.
    pub last: Option<&'a Report>,
    /// Now.
    pub now: DateTime<Utc>,
    /// The zone of days.
    pub zone: Tz,
}

impl Page<'_> {
    /// The whole page.
    #[must_use]
    pub fn html(&self) -> String {
        let at = self.now.with_timezone(&self.zone);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>Backups of {0}</title><style>{STYLE}</style></head><body>\
             <h1>Backups of {0}</h1><p class=\"dim\">as of {1}</p>",
            escaped(self.host),
            at.format("%Y-%m-%d %H:%M %Z")
        );
        if let Some(last) = self.last {
            run(last, &mut out);
        }
        if self.lines.is_empty() {
            out.push_str("<p>There are no backups yet.</p>");
        }
        for line in self.lines {
            self.line(line, &mut out);
        }
        out.push_str("</body></html>\n");
        out
    }

    fn line(&self, line: &Line, out: &mut String) {
        let _ = write!(
            out,
            "<section><h2>{} <span class=\"dim\">{}</span></h2>",
            escaped(&line.database),
            escaped(&line.target)
        );
        match line.backups.last() {
            None => out.push_str("<p class=\"bad\">No backup.</p>"),
            Some(newest) => {
                let _ = write!(
                    out,
                    "<p>Newest: <b>{}</b>, {}. {} {}.",
                    escaped(&newest.at),
                    size(newest.bytes),
                    line.backups.len(),
                    if line.backups.len() == 1 {
                        "backup"
                    } else {
                        "backups"
                    }
                );
                if let Some(next) = line.next {
                    let next = next.with_timezone(&self.zone);
                    let _ = write!(out, " Next run: {}.", next.format("%Y-%m-%d %H:%M"));
                }
                if let Some(proven) = &line.proven {
                    let at = proven.at.with_timezone(&self.zone);
                    let _ = write!(
                        out,
                        " Proven by restoring: {} ({}).",
                        at.format("%Y-%m-%d %H:%M"),
                        escaped(&proven.file)
                    );
                }
                out.push_str("</p>");
            }
        }
        out.push_str("<div class=\"two\">");
        let today = self.now.with_timezone(&self.zone).date_naive();
        calendar::draw(&line.backups, today, out);
        chart::draw(&line.backups, out);
        out.push_str("</div>");
        list(&line.backups, out);
        out.push_str("</section>");
    }
}

fn run(last: &Report, out: &mut String) {
    let class = if last.exit_code == 0 { "good" } else { "bad" };
    let _ = write!(
        out,
        "<section class=\"run\"><h2>Last run</h2><p class=\"{class}\">{}</p>",
        escaped(&last.summary())
    );
    let targets = last.targets.iter().flat_map(|target| {
        let backups = target.backups.iter().filter_map(|backup| {
            // The server's own failure is said once, not for each database again.
            let own = target.error.as_ref().map(|error| &error.message);
            let failure = backup.failure().filter(|it| Some(&it.message) != own)?;
            Some((format!("{}: {}", target.name, backup.label()), failure))
        });
        let own = target
            .error
            .iter()
            .map(|error| (target.name.clone(), error));
        own.chain(backups)
    });
    let others = last
        .failures
        .iter()
        .map(|failure| ("run".to_owned(), failure));
    let stopped = last
        .stopped
        .iter()
        .map(|stopped| ("run".to_owned(), &stopped.why));
    for (what, failure) in targets.chain(others).chain(stopped) {
        let _ = write!(
            out,
            "<h3>{}</h3><pre>{}</pre>",
            escaped(&what),
            escaped(&failure.detail)
        );
    }
    out.push_str("</section>");
}

fn list(backups: &[Kept], out: &mut String) {
    out.push_str("<details><summary>All backups, and how to restore each</summary><ul>");
    for backup in backups.iter().rev() {
        let classes: Vec<String> = backup.classes.iter().map(ToString::to_string).collect();
        let _ = write!(
            out,
            "<li><b>{}</b> {} <span class=\"dim\">{}</span><pre>{}</pre></li>",
            escaped(&backup.at),
            size(backup.bytes),
            classes.join(", "),
            escaped(&backup.restore)
        );
    }
    out.push_str("</ul></details>");
}

const STYLE: &str = "\
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#5c6570;--line:#d5dae0;--good:#1a7f37;--bad:#b42318;--none:#e7eaee}\
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ed;--dim:#98a2ad;--line:#30363d;--good:#3fb950;--bad:#ff7b72;--none:#252a31}}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}\
h1{font-size:1.5rem;margin:.2em 0}h2{font-size:1.2rem;margin:0 0 .3em;overflow-wrap:anywhere}h3{font-size:1rem;margin:.6em 0 .2em;overflow-wrap:anywhere}\
.dim{color:var(--dim);font-weight:normal;font-size:.9em}.good{color:var(--good)}.bad{color:var(--bad)}\
section{border-top:1px solid var(--line);padding:1rem 0}\
.two{display:flex;flex-wrap:wrap;gap:1.5rem;align-items:flex-start}.two>*{flex:1 1 18rem;min-width:0;max-width:100%}\
svg{width:100%;height:auto;display:block}svg text{fill:var(--dim);font-size:9px}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3em 0;padding:.5em;background:var(--none);border-radius:4px;font-size:.85em}\
ul{list-style:none;padding:0}li{margin:.6em 0}summary{cursor:pointer;padding:.5em 0}";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
pub(super) mod tests {
    use chrono::{NaiveDate, TimeDelta};

    use super::*;
    use crate::store::layout::Class;

    pub(crate) fn line() -> Line {
        let start = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        let kept = |n: i64| Kept {
            path: format!("/b/t/a b/dumps/a_{n}.sql.zst").into(),
            day: start + TimeDelta::days(n),
            at: format!("2026-10-{:02} 02:15:00", n + 1),
            bytes: 1000 + 100 * n.unsigned_abs(),
            classes: vec![Class::Daily],
            restore: format!("dumpkeep restore '/b/t/a b/dumps/a_{n}.sql.zst' --create --to 'x'"),
        };
        Line {
            target: "<t>".to_owned(),
            database: "a&b".to_owned(),
            next: None,
            proven: None,
            backups: (0..20).filter(|n| n % 5 != 0).map(kept).collect(),
        }
    }

    #[test]
    fn the_page_stands_alone_and_says_how_to_restore() {
        let lines = [line()];
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_753);
        let page = Page {
            host: "db<1>",
            lines: &lines,
            last: None,
            now,
            zone: Tz::UTC,
        };
        let html = page.html();
        for part in [
            "a&amp;b",
            "&lt;t&gt;",
            "dumpkeep restore &#39;/b/t/a b/dumps/a_19.sql.zst&#39; --create --to &#39;x&#39;",
            "<svg",
            "prefers-color-scheme:dark",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(
            !html.contains("<script") && !html.contains("http"),
            "nothing from outside"
        );
    }
}
