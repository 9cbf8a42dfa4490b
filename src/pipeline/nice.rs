//! Pauses while the server has other work: a watcher asks it once a second, on a connection of its
//! own, and the workers wait before each frame until it says that they may go on.

use std::pin::pin;

use tokio::sync::watch::{Receiver, Sender, channel};

use crate::error::Result;
use crate::source::{Load, Nice, Source};

/// Lets workers through, or not.
#[derive(Debug)]
pub(super) struct Gate(Receiver<bool>);

/// Opens and closes a [`Gate`].
#[derive(Debug)]
pub(super) struct Guard {
    nice: Nice,
    open: Sender<bool>,
}

impl Gate {
    /// A gate that is closed until the server was asked for the first time, and who opens it.
    pub(super) fn new(nice: Nice) -> (Self, Guard) {
        let (open, gate) = channel(false);
        (Self(gate), Guard { nice, open })
    }

    /// Waits until it is open. Without a guard it is.
    pub(super) async fn pass(&self) {
        let _ = self.0.clone().wait_for(|open| *open).await;
    }
}

impl Guard {
    fn told(&self, load: Load) {
        let open = self.nice.allows(load);
        let changed = self
            .open
            .send_if_modified(|now| std::mem::replace(now, open) != open);
        if changed {
            let what = if open { "goes on" } else { "pauses" };
            let lag = load.lag.map_or(0, |lag| lag.as_secs());
            tracing::info!(
                "{what}: {} other statements run, {lag} s behind",
                load.active
            );
        }
    }
}

/// Does `work` while the server is watched. A watcher that fails is a warning: the rows go on.
pub(super) async fn beside<S, T>(
    source: &S,
    (guard, own): (Option<Guard>, usize),
    work: impl Future<Output = Result<T>>,
) -> Result<T>
where
    S: Source,
{
    let Some(guard) = guard else {
        return work.await;
    };
    let mut work = pin!(work);
    let watching = source.watch(own, |load| guard.told(load));
    tokio::select! {
        biased;
        done = &mut work => return done,
        Err(error) = watching => {
            tracing::warn!("{}: does not pause any more", error.line());
        }
    }
    drop(guard);
    work.await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_busy_server_closes_the_gate_until_it_is_calm() {
        let nice = Nice {
            sessions: 2,
            lag: Duration::from_secs(5),
        };
        let (gate, guard) = Gate::new(nice);
        let load = |active, lag: Option<u64>| Load {
            active,
            lag: lag.map(Duration::from_secs),
        };
        let passes = async || {
            let wait = Duration::from_millis(20);
            tokio::time::timeout(wait, gate.pass()).await.is_ok()
        };
        assert!(!passes().await);
        guard.told(load(2, None));
        assert!(passes().await);
        guard.told(load(3, None));
        assert!(!passes().await);
        guard.told(load(2, Some(5)));
        assert!(passes().await);
        guard.told(load(0, Some(6)));
        assert!(!passes().await);
        drop(guard);
        assert!(passes().await);
    }
}
