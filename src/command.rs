//! Targets that are a program's standard output: any bytes, through the compressor, into a file that
//! counts only when the program ended well. Its standard error goes to the log, never into the file.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::archive::codec::{Codec, Encoder};
use crate::child::{Group, drained, how, log, usual_env};
use crate::config::command::Commands;
use crate::config::duration;
use crate::config::secret::Secret;
use crate::env::Env;
use crate::error::{Error, Kind, Result};

/// How much is compressed at once.
const CHUNK: usize = 4 << 20;
/// The most that a list of databases may say.
const LIST: u64 = 16 << 20;

/// A program about to be run for one database, or for the globals, or for their list.
#[derive(Debug)]
pub struct Program<'a> {
    /// The program and its arguments; `{database}` in them is the name.
    pub argv: &'a [String],
    /// What the target says of all its programs.
    pub commands: &'a Commands,
    /// The database's name, where it is of one.
    pub database: &'a str,
    /// The target's name.
    pub target: &'a str,
    /// What it may need to connect, as `DUMPKEEP_PASSWORD`.
    pub password: Option<&'a Secret>,
    /// This process's environment.
    pub env: &'a Env,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file's length in bytes.
    pub length: u64,
    /// What the program said, in bytes.
    pub raw: u64,
    /// The SHA-256 of the file.
    pub digest: [u8; 32],
}

impl Program<'_> {
    /// Runs it, and writes what it says, compressed.
    pub async fn dump<W: Write>(&self, codec: Codec, out: W) -> Result<(W, Written)> {
        self.run(async |stdout| copy(stdout, codec, out).await)
            .await
            .and_then(|(out, written)| {
                if written.raw == 0 {
                    return Err(self.wrong("wrote nothing"));
                }
                Ok((out, written))
            })
    }

    /// Runs it, and gives the lines that it says.
    pub async fn list(&self) -> Result<Vec<String>> {
        let text = self
            .run(async |stdout| {
                let mut text = String::new();
                let mut stdout = stdout.take(LIST);
                let read = stdout.read_to_string(&mut text).await;
                read.map(|_| text).map_err(lost)
            })
            .await?;
        let lines = text.lines().map(str::trim);
        Ok(lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect())
    }

    async fn run<T>(
        &self,
        take: impl AsyncFnOnce(tokio::process::ChildStdout) -> Result<T>,
    ) -> Result<T> {
        let mut child = self
            .command()
            .spawn()
            .map_err(|cause| self.wrong("cannot be started").cause(cause))?;
        let group = Group::of(&child);
        let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(self.wrong("has no output"));
        };
        let log = log(stderr, format!("{}: {}", self.target, self.name()));
        let work = async {
            let taken = take(stdout).await?;
            Ok((taken, ended(&mut child).await?))
        };
        let done = timeout(self.limit(), work).await;
        let (taken, status) = match done {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => {
                group.end(&mut child).await;
                return Err(error);
            }
            Err(_) => {
                group.end(&mut child).await;
                let limit = duration::show(self.limit());
                return Err(self.wrong(&format!("ran longer than {limit} and was ended")));
            }
        };
        group.leave();
        drained(log).await;
        match status.success() {
            true => Ok(taken),
            false => Err(self
                .wrong(&format!("failed: {}", how(status)))
                .hint("What it said on its standard error is in the log.")),
        }
    }

    fn limit(&self) -> Duration {
        self.commands.timeout
    }

    fn command(&self) -> Command {
        let argv: Vec<String> = self
            .argv
            .iter()
            .map(|part| part.replace("{database}", self.database))
            .collect();
        let (program, arguments) = argv.split_first().unzip();
        #[expect(
            clippy::disallowed_methods,
            reason = "commands are programs, started here alone"
        )]
        let mut command = Command::new(program.map_or("", String::as_str));
        let passed = self.commands.pass_env.iter().map(String::as_str);
        command
            .args(arguments.unwrap_or_default())
            .current_dir(Path::new("/"))
            .env_clear()
            .envs(usual_env(self.env, passed))
            .env("DUMPKEEP_TARGET", self.target)
            .env("DUMPKEEP_DATABASE", self.database)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(password) = self.password {
            command.env("DUMPKEEP_PASSWORD", password.reveal());
        }
        command
    }

    fn name(&self) -> String {
        let program = self.argv.first().map_or("", String::as_str);
        let shell = program == "/bin/sh" && self.argv.get(1).is_some_and(|arg| arg == "-c");
        let named = if shell { "the shell line" } else { program };
        named.to_owned()
    }

    fn wrong(&self, what: &str) -> Error {
        let of = match self.database {
            "" => String::new(),
            database => format!(" of {database}"),
        };
        Error::new(Kind::Server, format!("{}{of} {what}", self.name()))
    }
}

async fn ended(child: &mut Child) -> Result<std::process::ExitStatus> {
    child.wait().await.map_err(lost)
}

fn lost(cause: std::io::Error) -> Error {
    Error::new(Kind::Io, "cannot read what the program writes").cause(cause)
}

/// Compresses chunk by chunk; a file of several frames is one to every decompressor.
async fn copy<W: Write>(
    mut from: impl AsyncRead + Unpin,
    codec: Codec,
    mut out: W,
) -> Result<(W, Written)> {
    let mut encoder = Encoder::new(codec)?;
    let (mut digest, mut length, mut raw) = (Sha256::new(), 0, 0);
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        fill(&mut from, &mut chunk).await?;
        if chunk.is_empty() {
            break;
        }
        let frame = tokio::task::block_in_place(|| encoder.encode(&chunk))?;
        out.write_all(&frame.bytes)
            .map_err(|cause| Error::new(Kind::Io, "cannot write the backup").cause(cause))?;
        digest.update(&frame.bytes);
        length += frame.bytes.len() as u64;
        raw += chunk.len() as u64;
    }
    let digest = digest.finalize().into();
    Ok((
        out,
        Written {
            length,
            raw,
            digest,
        },
    ))
}

async fn fill(from: &mut (impl AsyncRead + Unpin), chunk: &mut Vec<u8>) -> Result<()> {
    while chunk.len() < CHUNK {
        let room = (CHUNK - chunk.len()) as u64;
        if from.take(room).read_buf(chunk).await.map_err(lost)? == 0 {
            break;
        }
    }
    Ok(())
}
