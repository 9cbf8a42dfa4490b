//! The command line: clap types, one file per command. No business rules.

use std::process::ExitCode;

use crate::env::Env;

/// Parses the command line, runs the command, and gives its exit code.
pub fn main(_env: Env) -> ExitCode {
    ExitCode::from(2)
}
