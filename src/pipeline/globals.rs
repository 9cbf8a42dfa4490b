//! What belongs to the server, not to a database, into one archive.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use crate::archive::toc::{ArchiveKind, Text};
use crate::archive::writer::{Sealed, Writer};
use crate::error::{Context as _, Result};
use crate::pipeline::dump::{About, DumpJob, Frames, Plan, head, place, seal, write};
use crate::pipeline::stream::Shared;
use crate::source::Source;
use crate::sql::dialect::Dialect;
use crate::sql::readback;

/// Dumps the server's globals into `out`; gives that back with what was written.
pub async fn globals<S, W>(
    source: &S,
    dialect: Dialect,
    job: &DumpJob,
    out: W,
) -> Result<(W, Sealed)>
where
    S: Source,
    W: Write + Send + 'static,
{
    attempt(source, dialect, job, out)
        .await
        .while_with(|| format!("dumping the globals of {}", place(source.server())))
}

async fn attempt<S, W>(source: &S, dialect: Dialect, job: &DumpJob, out: W) -> Result<(W, Sealed)>
where
    S: Source,
    W: Write + Send + 'static,
{
    let clock = Instant::now();
    let dump = source.globals(&job.options).await?;
    let plan = Arc::new(Plan::new(dump.catalog, job)?);
    readback::check(dialect, &plan.entries)?;
    let about = About {
        dialect,
        server: source.server().clone(),
        database: Text::default(),
        kind: ArchiveKind::Globals,
    };
    let head = head(about, &dump.script, job, plan.warnings.clone());
    let frames = Arc::new(Frames::new(&plan, &dump.script, &head, job)?);
    let out = Shared::new(Writer::new(out, job.codec));
    write(&out, job.codec, (&frames, &plan), Frames::before).await?;
    write(&out, job.codec, (&frames, &plan), Frames::after).await?;
    seal(out, (head, clock), (plan, job.create), |_| {}).await
}
