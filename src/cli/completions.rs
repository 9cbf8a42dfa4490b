//! `dumpkeep completions SHELL`.

use super::Context;
use crate::error::Result;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Prints the shell's completions.
pub fn run(args: &Args, ctx: &Context) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "dumpkeep", &mut script);
    ctx.print(script)
}
