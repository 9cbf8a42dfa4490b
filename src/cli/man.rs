//! `dumpkeep man`.

use std::path::PathBuf;

use super::Context;
use crate::error::{Error, Kind, Result};
use crate::store::fs;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Write one page per command into this folder
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// Prints the manual page of the whole, or writes all pages.
pub fn run(args: &Args, ctx: &Context) -> Result<()> {
    let mut command = super::command();
    command.build();
    let Some(out) = &args.out else {
        return ctx.print(page(command)?);
    };
    for sub in command.get_subcommands() {
        let title = format!("dumpkeep-{}", sub.get_name());
        fs::replace(out, &format!("{title}.1"), &page(sub.clone().name(title))?)?;
    }
    fs::replace(out, "dumpkeep.1", &page(command)?)
}

fn page(command: clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|cause| Error::new(Kind::Internal, "cannot render the manual").cause(cause))?;
    Ok(page)
}
