//! Proofs of a run's own backups: each restored into a scratch database and compared. A run that is
//! stopped waits until the scratch databases are dropped.

use std::path::Path;

use tokio::sync::watch;

use crate::config::prove::Prove;
use crate::env::Env;
use crate::error::{Context as _, Result};
use crate::pipeline::engine::prove_url;
use crate::pipeline::proof::Proof;
use crate::pipeline::restore::RestoreJob;
use crate::pipeline::scratch::ProofJob;
use crate::progress::Progress;

/// The proofs that are under way.
#[derive(Debug, Default)]
pub struct Proofs {
    stop: watch::Sender<bool>,
    open: watch::Sender<usize>,
}

/// A proof under way; dropped, it is one less.
struct Open<'a>(&'a watch::Sender<usize>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

impl Proofs {
    /// Ends all that are under way, and all that come.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until none is under way.
    pub async fn idle(&self) {
        let mut open = self.open.subscribe();
        // the sender is our own: it does not go
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// Restores one backup into a scratch database of its own, and drops that again.
    pub async fn prove(
        &self,
        file: &Path,
        how: &Prove,
        (env, progress): (&Env, &Progress),
    ) -> Result<Proof> {
        self.open.send_modify(|open| *open += 1);
        let _open = Open(&self.open);
        let mut stop = self.stop.subscribe();
        let mut once = false;
        let stopped = async || {
            // What ends it for good is the run's own end.
            if std::mem::replace(&mut once, true) {
                std::future::pending().await
            }
            let _ = stop.wait_for(|stop| *stop).await;
        };
        let job = ProofJob {
            restore: RestoreJob {
                jobs: how.jobs,
                ..RestoreJob::default()
            },
            jobs: how.jobs,
            env,
            progress,
        };
        let proved = prove_url(how.url.reveal(), file, &job, stopped).await;
        proved.while_with(|| format!("proving {}", file.display()))
    }
}
