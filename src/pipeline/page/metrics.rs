//! Metrics in Prometheus' text format, for node_exporter's textfile collector and for `schedule`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::pipeline::status::Status;
use crate::report::Report;

/// One metric: name, help, and lines of labels with values.
type Metric = (&'static str, &'static str, Vec<(String, u64)>);

/// All metrics.
#[must_use]
pub fn text(status: &Status, last: Option<&Report>) -> String {
    let mut metrics: Vec<Metric> = vec![
        (
            "last_success_timestamp_seconds",
            "when the newest good backup was begun",
            Vec::new(),
        ),
        (
            "last_size_bytes",
            "the newest good backup's size",
            Vec::new(),
        ),
        ("backups", "good backups", Vec::new()),
        ("total_bytes", "the bytes of all good backups", Vec::new()),
        (
            "last_proof_timestamp_seconds",
            "when a backup was last restored and compared",
            Vec::new(),
        ),
    ];
    for database in &status.databases {
        let labels = labels(&[
            ("target", &database.target),
            ("database", &database.database),
        ]);
        let time = database
            .time
            .map(|time| time.timestamp().max(0).unsigned_abs());
        let values = [
            time,
            database.bytes,
            Some(database.backups as u64),
            Some(database.total_bytes),
            database
                .proven
                .as_ref()
                .map(|proven| proven.at.timestamp().max(0).unsigned_abs()),
        ];
        for (metric, value) in metrics.iter_mut().zip(values) {
            metric.2.extend(value.map(|value| (labels.clone(), value)));
        }
    }
    if let Some(last) = last {
        let ended = last.finished.unwrap_or(last.started);
        let took = (ended - last.started).num_seconds().max(0).unsigned_abs();
        let plain = |value| vec![(String::new(), value)];
        metrics.push((
            "run_exit_code",
            "how the last run ended",
            plain(u64::from(last.exit_code)),
        ));
        metrics.push((
            "run_timestamp_seconds",
            "when the last run ended",
            plain(ended.timestamp().max(0).unsigned_abs()),
        ));
        metrics.push((
            "run_duration_seconds",
            "how long the last run took",
            plain(took),
        ));
    }
    let mut out = String::new();
    for (name, help, lines) in metrics {
        let _ = writeln!(
            out,
            "# HELP dumpkeep_{name} {help}\n# TYPE dumpkeep_{name} gauge"
        );
        for (labels, value) in lines {
            let _ = writeln!(out, "dumpkeep_{name}{labels} {value}");
        }
    }
    out
}

fn labels(pairs: &[(&str, &String)]) -> String {
    let pairs: BTreeMap<&str, String> = pairs
        .iter()
        .map(|(name, value)| {
            let value = value
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            (*name, value)
        })
        .collect();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\""))
        .collect();
    format!("{{{}}}", pairs.join(","))
}
