//! `dumpkeep config init|schema|import|check`, and how every command finds its configuration.

use std::path::{Path, PathBuf};

use super::Context;
use super::check;
use crate::config::import;
use crate::config::raw::{self, RawConfig};
use crate::config::resolve::{Flags, Job, resolve};
use crate::config::sample::SAMPLE;
use crate::error::{Error, Kind, Result, visible};
use crate::store::fs;

/// Where the configuration is where nothing is said.
const DEFAULT: &str = "/etc/dumpkeep/dumpkeep.toml";

/// Arguments of `config`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print a commented sample, or write it to a file
    Init {
        /// The file; it must not be there yet
        file: Option<PathBuf>,
    },
    /// Print the JSON Schema of the configuration
    Schema,
    /// Turn a db_smart_backup's shell configuration into one of ours, without running it
    Import {
        /// The shell configuration
        file: PathBuf,
        /// The folder that gets dumpkeep.toml, hooks and the password; else the TOML is printed
        #[arg(long, value_name = "FOLDER")]
        into: Option<PathBuf>,
    },
    /// The same as dumpkeep check
    Check(Box<check::Args>),
}

/// The configuration that a command works with.
#[derive(Debug, Clone, clap::Args)]
pub struct ConfigFile {
    /// The configuration. Else $DUMPKEEP_CONFIG, else /etc/dumpkeep/dumpkeep.toml
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Prints or writes what was asked for; gives the exit code.
pub async fn run(args: Args, ctx: &Context) -> Result<u8> {
    match args.what {
        What::Check(args) => check::run(*args, ctx).await,
        what => write(&what, ctx).map(|()| 0),
    }
}

fn write(what: &What, ctx: &Context) -> Result<()> {
    match what {
        What::Check(_) => Ok(()),
        What::Schema => ctx.print(raw::schema()? + "\n"),
        What::Import { file, into } => import_file(file, into.as_deref(), ctx),
        What::Init { file: None } => ctx.print(SAMPLE),
        What::Init { file: Some(file) } => {
            let name = file.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| {
                Error::new(Kind::Usage, format!("{} is no file name", file.display()))
            })?;
            fs::create(
                file.parent().unwrap_or(Path::new("")),
                name,
                SAMPLE.as_bytes(),
            )
        }
    }
}

fn import_file(file: &Path, into: Option<&Path>, ctx: &Context) -> Result<()> {
    let bytes = std::fs::read(file).map_err(|cause| fs::failed("read", file, cause))?;
    let text = String::from_utf8_lossy(&bytes);
    let whole = into.map(|into| std::path::absolute(into).unwrap_or_else(|_| into.to_owned()));
    let hooks = whole.unwrap_or_default().join("hooks");
    let system = |name: &str| std::fs::read_to_string(name).unwrap_or_default();
    let accounts = import::Accounts {
        users: system("/etc/passwd"),
        groups: system("/etc/group"),
    };
    let done = import::import(&text, &hooks.display().to_string(), &accounts);
    for note in &done.notes {
        tracing::warn!("not carried over: {}", visible(note));
    }
    let Some(folder) = into else {
        return ctx.print(done.toml);
    };
    fs::create(folder, "dumpkeep.toml", done.toml.as_bytes())?;
    if let Some(password) = import::password(&text) {
        fs::create_secret(folder, "password", format!("{password}\n").as_bytes())?;
    }
    for (name, script) in &done.scripts {
        fs::create_script(&folder.join("hooks"), name, script.as_bytes())?;
    }
    let config = folder.join("dumpkeep.toml");
    let config = config.display();
    ctx.print(format!(
        "wrote {config}; read it, then:\n  dumpkeep check -c {config}\n  \
         dumpkeep prune --dry-run -c {config}\n  dumpkeep backup -c {config}\n"
    ))
}

impl ConfigFile {
    /// Where it is.
    #[must_use]
    pub fn path(&self, ctx: &Context) -> PathBuf {
        let given = self.config.clone();
        given
            .or_else(|| ctx.env.var("DUMPKEEP_CONFIG").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from(DEFAULT))
    }

    /// Reads and resolves it.
    pub fn job(&self, flags: &Flags, ctx: &Context) -> Result<Job> {
        let path = self.path(ctx);
        let raw = read(&path)?;
        let whole = std::path::absolute(&path).unwrap_or(path);
        let base = whole.parent().unwrap_or(Path::new("/")).to_owned();
        resolve(&raw, flags, &ctx.env, &base)
    }
}

fn read(path: &Path) -> Result<RawConfig> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|cause| {
        Error::new(
            Kind::Config,
            format!("cannot read the configuration {name}"),
        )
        .cause(cause)
        .hint("Name it with -c FILE; dumpkeep config init FILE writes a sample.")
    })?;
    raw::parse(&text, &name)
}
