//! A program and all that it started, ended together.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;
use tokio::time::timeout;

/// How long a program has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(5);

/// How a program ended, in words.
pub(crate) fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "it ended in an unknown way".to_owned(),
    }
}

/// A program's process group. Dropped before the program has ended, it is killed: the run was
/// interrupted.
#[derive(Debug)]
pub(crate) struct Group(Option<Pid>);

impl Group {
    /// The group that this program leads.
    pub(crate) fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // A group that is gone needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Asks all of it to end, then kills what is left.
    pub(crate) async fn end(mut self, child: &mut Child) {
        self.signal(Signal::TERM);
        let _ = timeout(GRACE, child.wait()).await;
        self.signal(Signal::KILL);
        let _ = child.wait().await;
        self.0 = None;
    }

    /// Lets what is left of it live: the program ended by itself.
    pub(crate) fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
