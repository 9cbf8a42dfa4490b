//! One point in time for all databases of a server: the snapshots are opened once, lent to each
//! database's dump and given back by it. Where a dump failed, and so kept its own, the databases
//! after it are at a later point, and that is said.

use tokio::sync::Mutex;

use crate::error::Result;
use crate::mysql::consistency::Opened;
use crate::mysql::session::Session;
use crate::source::Warning;

/// The snapshots that all databases share.
#[derive(Debug, Default)]
pub struct Shared {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// They were opened before.
    again: bool,
    /// How many there are.
    count: usize,
    /// Those that came back.
    sessions: Vec<Session>,
    /// What the leader brought back with its own.
    rest: Option<Opened>,
}

impl Shared {
    /// Lends them; opens them with `open` where not all are there.
    pub async fn lend(&self, open: impl Future<Output = Result<Opened>> + Send) -> Result<Opened> {
        let mut state = self.state.lock().await;
        let mut sessions = std::mem::take(&mut state.sessions);
        if let Some(mut opened) = state.rest.take()
            && sessions.len() == state.count
        {
            opened.workers.append(&mut sessions);
            return Ok(opened);
        }
        let mut opened = open.await?;
        state.count = opened.workers.len();
        if state.again {
            opened.warnings.push(Warning {
                object: "consistency".into(),
                message: "the server's snapshot was lost by the failure of a dump: this database, \
                          and those after it, are of a later point in time than those before it"
                    .into(),
            });
        }
        state.again = true;
        Ok(opened)
    }

    /// Takes a worker's session back, or the leader's with all the rest.
    pub async fn give_back(&self, session: Session, rest: Option<Opened>) {
        let mut state = self.state.lock().await;
        match rest {
            // the first session is the leader's again
            Some(opened) => {
                state.sessions.insert(0, session);
                state.rest = Some(opened);
            }
            None => state.sessions.push(session),
        }
    }
}
