//! A target of kind `command`: its programs' output, saved like a database.

use crate::command::Program;
use crate::config::Target;
use crate::config::command::{Commands, ONLY};
use crate::config::secret::Secret;
use crate::env::Env;
use crate::error::{Context as _, Error, Kind, Result};
use crate::pipeline::password::password;
use crate::report::{BackupKind, BackupReport, Event};
use crate::store::layout::{GLOBALS, database_folder};

use super::made::Made;
use super::run::{Mode, Run};
use super::save::save;
use super::target::{missing, would_be};
use super::work::Work;

/// Saves all that a command's target lists, or only says what that is.
pub(super) async fn back_up(run: &mut Run<'_>, (target, mode): (&Target, Mode)) -> Result<()> {
    let commands = target.commands.as_ref();
    let commands = commands.ok_or_else(|| Error::new(Kind::Internal, "no command is left"))?;
    let password = password(target)?;
    let work = run.work(target, mode);
    let all = Programs {
        work: &work,
        commands,
        password: password.as_ref(),
    };
    let (names, lost) = offered(target, run.env()).await?;
    run.take(Event::Server(format!("a command, {}", target.name)));
    if let Some(argv) = commands.global.as_ref().filter(|_| target.globals) {
        let report = all.save(argv, None).await;
        run.done(work.finished(report).await);
    }
    run.found(target, names.len() + lost.len());
    for name in lost {
        run.done(work.finished(missing(name)).await);
    }
    let each = names.iter().map(|name| async {
        let report = all.save(&commands.dump, Some(name)).await;
        work.finished(report).await
    });
    run.all(each, target.parallel).await;
    Ok(())
}

/// The databases that are wanted, and those that were named and are not there. Without a program
/// that lists them they are those that are named, else a single one.
pub async fn offered(target: &Target, env: &Env) -> Result<(Vec<String>, Vec<String>)> {
    let commands = target.commands.as_ref();
    let listed = match commands.and_then(|commands| Some((commands, commands.list.as_ref()?))) {
        Some((commands, argv)) => {
            let password = password(target)?;
            let program = Program {
                argv,
                commands,
                database: "",
                target: &target.name,
                password: password.as_ref(),
                env,
            };
            program
                .list()
                .await
                .while_with(|| "listing the databases")?
        }
        None => named(target),
    };
    let all: Vec<(&[u8], bool)> = listed.iter().map(|name| (name.as_bytes(), false)).collect();
    let chosen = target.wanted.choose(&all);
    let found = chosen.found.iter().filter_map(|&index| listed.get(index));
    Ok((found.cloned().collect(), chosen.missing))
}

fn named(target: &Target) -> Vec<String> {
    let named = target.wanted.include.iter();
    let named = named.filter_map(|pattern| pattern.literal());
    let named: Vec<String> = named
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .collect();
    match named.is_empty() {
        true => vec![ONLY.to_owned()],
        false => named,
    }
}

struct Programs<'a> {
    work: &'a Work<'a>,
    commands: &'a Commands,
    password: Option<&'a Secret>,
}

impl Programs<'_> {
    fn program<'b>(&'b self, argv: &'b [String], database: &'b str) -> Program<'b> {
        Program {
            argv,
            commands: self.commands,
            database,
            target: &self.work.target.name,
            password: self.password,
            env: self.work.env,
        }
    }

    async fn save(&self, argv: &[String], database: Option<&String>) -> BackupReport {
        let report = match database {
            Some(name) => BackupReport::new(BackupKind::Database, name),
            None => BackupReport::new(BackupKind::Globals, ""),
        };
        if self.work.mode == Mode::Rehearse {
            return would_be(report);
        }
        let folder = database.map_or_else(
            || GLOBALS.to_owned(),
            |name| database_folder(name.as_bytes()),
        );
        let home = self.work.home(folder);
        let codec = self.work.target.codec;
        let ending = codec
            .extension()
            .replacen("sql", &self.commands.extension, 1);
        let place = self.work.place(&home, self.work.clock.now(), &ending);
        let program = self.program(argv, database.map_or(GLOBALS, String::as_str));
        save(
            place,
            report,
            |out| async {
                let (partial, written) = program.dump(codec, out).await?;
                Ok((partial, Made::Stream(written)))
            },
            async |_| Ok(()),
        )
        .await
    }
}
