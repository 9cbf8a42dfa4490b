//! The program itself, run as a user would.

use std::path::Path;
use std::process::{Command, Output};

/// The program, with nothing of this process's environment but the path.
pub(crate) fn dumpkeep() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dumpkeep"));
    command.env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs it with these arguments.
pub(crate) fn ran(arguments: &[&str]) -> Ran {
    finished(
        dumpkeep()
            .args(arguments)
            .output()
            .expect("dumpkeep starts"),
    )
}

/// Runs one of the commands that work with a configuration.
pub(crate) fn with_config(config: &Path, arguments: &[&str]) -> Ran {
    let mut command = dumpkeep();
    command.args(arguments).arg("-c").arg(config);
    finished(command.output().expect("dumpkeep starts"))
}

pub(crate) fn finished(output: Output) -> Ran {
    Ran {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
