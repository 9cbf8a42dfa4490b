//! What is said about a written archive.

use super::Context;
use crate::error::visible;
use crate::pipeline::engine::Written;
use crate::report::size;

/// Logs the warnings, and a line about the archive.
pub(super) fn report((sealed, path): &Written, ctx: &Context) {
    ctx.progress.clear();
    for warning in &sealed.head.warnings {
        let (object, message) = (visible(&warning.object), visible(&warning.message));
        tracing::warn!("{object}: {message}");
    }
    let to = path.as_ref().map_or_else(
        || "standard output".into(),
        |path| path.display().to_string(),
    );
    tracing::info!(
        "{to}: {} objects, {} rows, {}",
        sealed.entries,
        sealed.rows,
        size(sealed.length)
    );
}
