//! The `dumpkeep` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dumpkeep::cli::main(dumpkeep::env::Env::read())
}
