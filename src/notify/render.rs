//! What is said of a run: subject, text, HTML, and the bodies of calls. Pure.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::config::duration;
use crate::config::notify::{RawTemplate, Webhook};
use crate::error::visible;
use crate::report::{BackupReport, Report, Status, TargetReport, size};

/// The longest subject, in characters.
const SUBJECT: usize = 160;
/// The longest message of a chat, in characters: Discord takes 2000.
const MESSAGE: usize = 1800;

/// The body of a call, and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The content type; empty for an empty body.
    pub content_type: &'static str,
    /// The bytes.
    pub text: String,
    /// Headers that the receiver reads.
    pub headers: Vec<(&'static str, String)>,
}

/// The run in one line: who reads only this knows whether to read on.
#[must_use]
pub fn subject(report: &Report) -> String {
    let line = format!("[dumpkeep] {}: {}", report.host, report.summary());
    let whole = match report.first_failure() {
        Some(first) => format!("{line}: {first}"),
        None => line,
    };
    shortened(&visible(&whole), SUBJECT)
}

fn shortened(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit - 1).collect();
    head + "…"
}

/// The mail's plain part.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut out = format!("{}\n", report.summary());
    let _ = writeln!(
        out,
        "run {} on {}, store {}\n",
        report.run_id, report.host, report.root
    );
    for target in &report.targets {
        let server = target.server.as_deref().unwrap_or("not reached");
        let _ = writeln!(out, "{} ({})", visible(&target.name), visible(server));
        if let Some(error) = &target.error {
            let _ = writeln!(out, "{}", error.detail);
        }
        for backup in &target.backups {
            let cells = cells(backup);
            let _ = writeln!(out, "  {}", cells.join("  "));
            if let Some(failure) = backup.failure() {
                let _ = writeln!(out, "{}", failure.detail);
            }
            for warning in &backup.warnings {
                let (object, message) = (visible(&warning.object), visible(&warning.message));
                let _ = writeln!(out, "    warning: {object}: {message}");
            }
        }
        out.push('\n');
    }
    for failure in failures(report) {
        let _ = writeln!(out, "{}", failure);
    }
    out
}

fn failures(report: &Report) -> impl Iterator<Item = &str> {
    let stopped = report.stopped.iter().map(|stopped| &stopped.why);
    stopped
        .chain(&report.failures)
        .map(|failure| failure.detail.as_str())
}

/// Database, state, size, change, duration, kept and removed.
fn cells(backup: &BackupReport) -> [String; 7] {
    let took = Duration::try_from_secs_f64(backup.seconds).unwrap_or_default();
    [
        backup.label(),
        match backup.status {
            Status::Success => "ok".to_owned(),
            Status::Failure => "FAILED".to_owned(),
        },
        backup.bytes.map_or_else(|| "-".to_owned(), size),
        change(backup),
        duration::show(took),
        backup
            .kept
            .map_or_else(|| "-".to_owned(), |kept| format!("{kept} kept")),
        format!("{} removed", backups_removed(backup)),
    ]
}

/// Of the removed names those of real files: links are not backups of their own.
fn backups_removed(backup: &BackupReport) -> usize {
    let real = |path: &&String| {
        let folder = Path::new(path).parent().and_then(Path::file_name);
        folder.is_some_and(|folder| folder == "dumps")
    };
    backup.removed.iter().filter(real).count()
}

/// The size against the backup before it.
fn change(backup: &BackupReport) -> String {
    match (backup.bytes, backup.previous_bytes) {
        (Some(now), Some(before)) if before > 0 => {
            #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
            let change = (now as f64 / before as f64 - 1.0) * 100.0;
            format!("{change:+.1}%")
        }
        (Some(_), _) => "first".to_owned(),
        _ => "-".to_owned(),
    }
}

/// The mail's HTML part: no image, no script, nothing from outside.
#[must_use]
pub fn html(report: &Report) -> String {
    let colour = match report.exit_code {
        0 => "#1a7f37",
        _ => "#b42318",
    };
    let mut out = format!(
        "<!DOCTYPE html><html><body style=\"font-family:sans-serif;font-size:15px\">\
         <h2 style=\"color:{colour};margin:0 0 .3em\">{}</h2><p>run {} on {}, store {}</p>",
        escaped(&report.summary()),
        escaped(&report.run_id),
        escaped(&report.host),
        escaped(&report.root)
    );
    for target in &report.targets {
        html_of_target(target, &mut out);
    }
    for failure in failures(report) {
        let _ = write!(out, "<pre>{}</pre>", escaped(failure));
    }
    out.push_str("</body></html>\n");
    out
}

fn html_of_target(target: &TargetReport, out: &mut String) {
    let server = target.server.as_deref().unwrap_or("not reached");
    let _ = write!(
        out,
        "<h3 style=\"margin:1em 0 .3em\">{} <small style=\"font-weight:normal\">{}</small></h3>",
        escaped(&target.name),
        escaped(server)
    );
    if let Some(error) = &target.error {
        let _ = write!(out, "<pre>{}</pre>", escaped(&error.detail));
    }
    out.push_str(
        "<table cellpadding=\"6\" style=\"border-collapse:collapse;text-align:left\"><tr>",
    );
    for head in [
        "database", "state", "size", "change", "took", "kept", "removed",
    ] {
        let _ = write!(
            out,
            "<th style=\"border-bottom:1px solid #999\">{head}</th>"
        );
    }
    out.push_str("</tr>");
    for backup in &target.backups {
        html_of_backup(backup, out);
    }
    out.push_str("</table>");
}

fn html_of_backup(backup: &BackupReport, out: &mut String) {
    out.push_str("<tr>");
    for cell in cells(backup) {
        let style = match cell.as_str() {
            "FAILED" => " style=\"color:#b42318;font-weight:bold\"",
            _ => "",
        };
        let _ = write!(out, "<td{style}>{}</td>", escaped(&cell));
    }
    out.push_str("</tr>");
    if let Some(failure) = backup.failure() {
        let detail = escaped(&failure.detail);
        let _ = write!(
            out,
            "<tr><td colspan=\"7\"><pre style=\"margin:0\">{detail}</pre></td></tr>"
        );
    }
    for warning in &backup.warnings {
        let said = format!("warning: {}: {}", warning.object, warning.message);
        let _ = write!(
            out,
            "<tr><td colspan=\"7\">{}</td></tr>",
            escaped(&visible(&said))
        );
    }
}

/// Text that HTML takes as text.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// What is said when a run begins.
#[must_use]
pub fn started(webhook: &Webhook, report: &Report) -> Body {
    let title = format!("[dumpkeep] {}: run {} begins", report.host, report.run_id);
    body(webhook.template, report, (&title, "", true))
}

/// What is said when it has ended.
#[must_use]
pub fn ended(webhook: &Webhook, report: &Report) -> Body {
    let text = shortened(&text(report), MESSAGE);
    let well = report.exit_code == 0;
    body(webhook.template, report, (&subject(report), &text, well))
}

fn body(template: RawTemplate, report: &Report, (title, text, well): (&str, &str, bool)) -> Body {
    let json = |value: serde_json::Value| Body {
        content_type: "application/json",
        text: value.to_string(),
        headers: Vec::new(),
    };
    let whole = match text {
        "" => title.to_owned(),
        text => format!("{title}\n```\n{text}\n```"),
    };
    match template {
        RawTemplate::Ping => Body {
            content_type: "",
            text: String::new(),
            headers: Vec::new(),
        },
        RawTemplate::Json => Body {
            text: report.json(),
            ..json(serde_json::Value::Null)
        },
        RawTemplate::Slack => json(json!({ "text": whole })),
        RawTemplate::Discord => {
            json(json!({ "content": whole, "allowed_mentions": { "parse": [] } }))
        }
        RawTemplate::Gotify => {
            let priority = if well { 3 } else { 8 };
            json(json!({ "title": title, "message": text, "priority": priority }))
        }
        RawTemplate::Ntfy => Body {
            content_type: "text/plain; charset=utf-8",
            text: if text.is_empty() { title } else { text }.to_owned(),
            headers: vec![
                ("Title", ascii(title)),
                ("Priority", if well { "default" } else { "high" }.to_owned()),
                (
                    "Tags",
                    if well {
                        "white_check_mark"
                    } else {
                        "rotating_light"
                    }
                    .to_owned(),
                ),
            ],
        },
    }
}

/// A header takes no more.
fn ascii(text: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::error::{Error, Kind};
    use crate::report::{BackupKind, Event, Failure};

    fn report() -> Report {
        let start = DateTime::UNIX_EPOCH;
        let mut report = Report::new("r".into(), "db<1>".into(), "/x".into(), start);
        report.take(Event::Target("t".into()));
        let mut good = BackupReport::new(BackupKind::Database, "shop");
        good.status = Status::Success;
        (good.bytes, good.previous_bytes, good.kept) = (Some(3072), Some(2048), Some(4));
        good.removed = vec!["/x/t/shop/daily/a".into(), "/x/t/shop/dumps/a".into()];
        report.take(Event::Backup(Box::new(good)));
        let mut bad = BackupReport::new(BackupKind::Database, "<b>\n");
        let error = Error::new(Kind::Server, "cannot read <b>").hint("Grant it.");
        bad.error = Some(Failure::from(&error));
        report.take(Event::Backup(Box::new(bad)));
        report.take(Event::Finished(start));
        report
    }

    #[test]
    fn the_subject_says_it_all() {
        assert_eq!(
            subject(&report()),
            "[dumpkeep] db<1>: FAILED: 1 backup, 3.0 KiB, in 0.0s, 1 failed: cannot read <b>"
        );
    }

    #[test]
    fn text_and_html_hold_each_backup() {
        let text = text(&report());
        assert!(
            text.contains("  shop  ok  3.0 KiB  +50.0%  0.0s  4 kept  1 removed\n"),
            "{text}"
        );
        assert!(text.contains("hint: Grant it."), "{text}");
        let html = html(&report());
        for part in [
            "<td>+50.0%</td>",
            "cannot read &lt;b&gt;",
            "&lt;b&gt;\\n",
            "db&lt;1&gt;",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(!html.contains("<b>"), "names are text");
    }

    #[test]
    fn bodies_are_what_receivers_take() {
        for (template, part) in [
            (RawTemplate::Slack, "\"text\":\"[dumpkeep]"),
            (RawTemplate::Discord, "\"content\":\"[dumpkeep]"),
            (RawTemplate::Gotify, "\"priority\":8"),
            (RawTemplate::Json, "\"exit_code\": 4"),
            (RawTemplate::Ntfy, "FAILED"),
        ] {
            let said = body(
                template,
                &report(),
                ("[dumpkeep] FAILED\u{e9}", "FAILED", false),
            );
            assert!(said.text.contains(part), "{}", said.text);
            assert!(said.headers.iter().all(|(_, value)| value.is_ascii()));
        }
    }
}
