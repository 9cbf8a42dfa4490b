//! Runs one hook: a program of anybody's, in any language, that may close its input, flood its
//! output, fork, sleep for ever or die by a signal. None of that hangs or breaks the run.

use std::path::Path;
use std::process::Stdio;

use tokio::io::AsyncWriteExt as _;
use tokio::process::{ChildStdin, Command};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::facts::Facts;
use crate::child::{Group, drained, how, log, usual_env};
use crate::config::duration;
use crate::config::hook::Hook;
use crate::env::Env;
use crate::error::{Error, Kind, Result};

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
    let said = format!("hook {stage}");
    let logs = [
        child.stdout.take().map(|out| log(out, said.clone())),
        child.stderr.take().map(|err| log(err, said.clone())),
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
        drained(log).await;
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
    command.envs(usual_env(env, passed));
    command.envs(facts.variables());
    command
}

fn feed(mut stdin: ChildStdin, json: String) -> JoinHandle<()> {
    tokio::spawn(async move {
        // A hook that does not read is none of our business.
        let _ = stdin.write_all(json.as_bytes()).await;
        let _ = stdin.write_all(b"\n").await;
    })
}
