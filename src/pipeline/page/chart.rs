//! Sizes over time, as a line.

use std::fmt::Write as _;

use crate::pipeline::overview::Kept;
use crate::report::size;

const WIDTH: f64 = 312.0;
const HEIGHT: f64 = 84.0;
const TOP: f64 = 12.0;

pub(super) fn draw(backups: &[Kept], out: &mut String) {
    let (Some(first), Some(last)) = (backups.first(), backups.last()) else {
        return;
    };
    let most = backups.iter().map(|backup| backup.bytes).max().unwrap_or(1);
    let days = whole((last.day - first.day).num_days().max(1).unsigned_abs());
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} 96\" role=\"img\" aria-label=\"sizes over time\">\
         <text x=\"0\" y=\"9\">{}</text>\
         <line x1=\"0\" x2=\"{WIDTH}\" y1=\"{HEIGHT}\" y2=\"{HEIGHT}\" stroke=\"var(--line)\"/>",
        size(most)
    );
    let points = backups.iter().map(|backup| {
        let x =
            whole((backup.day - first.day).num_days().unsigned_abs()) / days * (WIDTH - 6.0) + 3.0;
        let y = HEIGHT - whole(backup.bytes) / whole(most.max(1)) * (HEIGHT - TOP - 3.0);
        (x, y, backup)
    });
    let points: Vec<_> = points.collect();
    out.push_str("<polyline fill=\"none\" stroke=\"var(--good)\" stroke-width=\"1.5\" points=\"");
    for (x, y, _) in &points {
        let _ = write!(out, "{x:.1},{y:.1} ");
    }
    out.push_str("\"/>");
    for (x, y, backup) in &points {
        let _ = write!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\" fill=\"var(--good)\"><title>{}: {}</title></circle>",
            backup.at,
            size(backup.bytes)
        );
    }
    let _ = write!(
        out,
        "<text x=\"0\" y=\"95\">{}</text><text x=\"{WIDTH}\" y=\"95\" text-anchor=\"end\">{}</text></svg>",
        first.day, last.day
    );
}

#[expect(clippy::cast_precision_loss, reason = "a place on a drawing")]
fn whole(number: u64) -> f64 {
    number as f64
}
