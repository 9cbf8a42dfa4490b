//! Runs one hook: a program of anybody's, in any language, that may close its input, flood its
//! output, fork, sleep for ever or die by a signal. None of that hangs or breaks the run.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::facts::Facts;
use crate::config::duration;
use crate::config::hook::Hook;
use crate::env::Env;
use crate::error::{Error, Kind, Result, visible};

/// How long a hook has between being asked to end and being killed.
const GRACE: Duration = Duration::from_secs(5);
/// How long output is waited for when the hook has ended: what it left in the background may hold
/// the pipe for ever.
const DRAIN: Duration = Duration::from_secs(1);
/// The bytes of output that are logged.
const LOGGED: usize = 1 << 20;
/// The bytes of a line that are logged.
const LINE: usize = 4096;
/// What of the process's environment every hook is given.
const USUAL: [&str; 9] = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR",
];

/// Runs it to its end or its time limit, in `folder`; an error where it did not end well.
pub async fn run(
    hook: &Hook,
    pass_env: &[String],
    facts: &Facts,
    env: &Env,
    folder: &Path,
) -> Result<()> {
    let stage = hook.stage.name();
    let wrong = |what: String| Error::new(Kind::Io, format!("hook {stage} {what}"));
    tracing::info!("hook {stage} begins");
    let mut child = command(hook, pass_env, facts, env, folder)
        .spawn()
        .map_err(|cause| wrong("cannot be started".to_owned()).cause(cause))?;
    let group = Group::of(&child);
    let feed = child.stdin.take().map(|stdin| feed(stdin, facts.json()));
    let logs = [
        child.stdout.take().map(|out| log(out, stage)),
        child.stderr.take().map(|err| log(err, stage)),
    ];
    let ended = timeout(hook.timeout, child.wait()).await;
    let status = match ended {
        Ok(status) => status.map_err(|cause| wrong("was lost".to_owned()).cause(cause))?,
        Err(_) => {
            group.end(&mut child).await;
            let limit = duration::show(hook.timeout);
            return Err(wrong(format!("ran longer than {limit} and was ended")));
        }
    };
    group.leave();
    if let Some(feed) = feed {
        feed.abort();
    }
    for log in logs.into_iter().flatten() {
        let abort = log.abort_handle();
        if timeout(DRAIN, log).await.is_err() {
            abort.abort();
        }
    }
    match status.success() {
        true => Ok(()),
        false => Err(wrong(format!("failed: {}", how(status)))),
    }
}

fn command(hook: &Hook, pass_env: &[String], facts: &Facts, env: &Env, folder: &Path) -> Command {
    let (program, arguments) = hook.argv.split_first().unzip();
    #[expect(
        clippy::disallowed_methods,
        reason = "hooks are programs, started here alone"
    )]
    let mut command = Command::new(program.map_or("", String::as_str));
    command
        .args(arguments.unwrap_or_default())
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: the time limit ends all of it, a terminal's ^C none of it.
        .process_group(0)
        .kill_on_drop(true);
    let passed = pass_env.iter().map(String::as_str);
    for name in USUAL.into_iter().chain(passed) {
        if let Some(value) = env.vars.get(std::ffi::OsStr::new(name)) {
            command.env(name, value);
        }
    }
    command.envs(facts.variables());
    command
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "it ended in an unknown way".to_owned(),
    }
}

fn feed(mut stdin: ChildStdin, json: String) -> JoinHandle<()> {
    tokio::spawn(async move {
        // A hook that does not read is none of our business.
        let _ = stdin.write_all(json.as_bytes()).await;
        let _ = stdin.write_all(b"\n").await;
    })
}

/// Logs a pipe line by line. Beyond the limit it is read on, so that the hook is not blocked.
fn log(mut pipe: impl AsyncRead + Unpin + Send + 'static, stage: &'static str) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut lines = Lines::new(stage);
        let mut chunk = vec![0; 16 << 10];
        while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
            lines.take(&chunk[..length]);
        }
        lines.end();
    })
}

struct Lines {
    stage: &'static str,
    open: Vec<u8>,
    left: usize,
}

impl Lines {
    fn new(stage: &'static str) -> Self {
        Self {
            stage,
            open: Vec::new(),
            left: LOGGED,
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.left == 0 {
            return;
        }
        for &byte in bytes {
            match byte {
                b'\n' => self.line(),
                byte => self.open.push(byte),
            }
            if self.open.len() >= LINE {
                self.line();
            }
            if self.left == 0 {
                let stage = self.stage;
                tracing::warn!("hook {stage}: says more than is logged");
                return;
            }
        }
    }

    fn line(&mut self) {
        let line = String::from_utf8_lossy(&self.open);
        let stage = self.stage;
        tracing::info!("hook {stage}: {}", visible(line.trim_end_matches('\r')));
        self.left = self.left.saturating_sub(self.open.len() + 1);
        self.open.clear();
    }

    fn end(&mut self) {
        if !self.open.is_empty() {
            self.line();
        }
    }
}

/// The hook's process group. Dropped before the hook has ended, it is killed: the run was
/// interrupted.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // A group that is gone needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }

    async fn end(mut self, child: &mut Child) {
        self.signal(Signal::TERM);
        let _ = timeout(GRACE, child.wait()).await;
        self.signal(Signal::KILL);
        let _ = child.wait().await;
        self.0 = None;
    }

    fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}
