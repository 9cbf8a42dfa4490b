//! Work on a thread that the program's end does not wait for.

use tokio::sync::oneshot;

use crate::error::{Error, Kind, Result};

/// Runs `work` on a thread of its own. It may be held up for good, by a pipe that nobody writes to:
/// who stops waiting for it leaves it behind. It must hold nothing that has to be put in order.
pub fn aside<A: Send + 'static>(
    work: impl FnOnce() -> Result<A> + Send + 'static,
) -> impl Future<Output = Result<A>> + Send {
    let (send, done) = oneshot::channel();
    let started = std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            // Whoever waited is gone.
            let _ = send.send(work());
        });
    async move {
        started.map_err(|cause| Error::new(Kind::Io, "cannot start a thread").cause(cause))?;
        let ended = |_| Error::new(Kind::Internal, "a reader ended early");
        done.await.map_err(ended)?
    }
}
