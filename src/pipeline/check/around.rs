//! What surrounds the backups: hooks, calls and pages, as far as they can be looked at without running
//! or calling anything.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Findings, Level, credential};
use crate::config::Job;
use crate::config::hook::{Hook, OnError};
use crate::config::notify::{UrlFrom, Webhook};
use crate::env::Env;
use crate::error::{Error, Kind, Result};
use crate::notify::call;
use crate::pipeline::password::first_line;
use crate::store::fs;

pub(super) fn around(job: &Job, env: &Env, findings: &mut Findings) {
    hooks(job, env, findings);
    for webhook in &job.webhooks {
        if let Some(said) = findings.take(&webhook.name, address(webhook, env)) {
            findings.add(Level::Ok, &webhook.name, said);
        }
    }
    let pages = [&job.pages.html, &job.pages.prometheus];
    for page in pages.into_iter().flatten() {
        // Missing folders are made: the nearest that is there must take them.
        let there = page.ancestors().skip(1).find(|folder| folder.is_dir());
        let there = there.unwrap_or(Path::new("/"));
        if findings.take("report", fs::writable(there)).is_some() {
            let message = format!("{} can be written", page.display());
            findings.add(Level::Ok, "report", message);
        }
    }
}

/// Every program that a hook would start is there.
fn hooks(job: &Job, env: &Env, findings: &mut Findings) {
    let targets = job.targets.iter().map(|target| &target.hooks);
    let all = std::iter::once(&job.hooks).chain(targets);
    let all = all.flat_map(|hooks| hooks.hooks.values());
    let wanted: BTreeMap<(&str, &str), &Hook> = all
        .filter_map(|hook| Some(((hook.stage.name(), hook.argv.first()?.as_str()), hook)))
        .collect();
    for ((stage, program), hook) in wanted {
        let subject = format!("hook {stage}");
        match (found(program, env), hook.on_error) {
            (Some(path), _) => {
                findings.add(Level::Ok, &subject, format!("runs {}", path.display()));
            }
            (None, on_error) => {
                let level = match on_error {
                    OnError::Fail => Level::Failure,
                    OnError::Warn => Level::Warning,
                };
                findings.add(level, &subject, format!("there is no program {program}"));
            }
        }
    }
}

/// Where a program is, as the system looks for it.
fn found(program: &str, env: &Env) -> Option<PathBuf> {
    let runs = |path: &PathBuf| {
        let meta = std::fs::metadata(path);
        meta.is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(runs);
    }
    let mut folders = env.var("PATH").unwrap_or("/usr/bin:/bin").split(':');
    folders.find_map(|folder| Some(Path::new(folder).join(program)).filter(runs))
}

fn address(webhook: &Webhook, env: &Env) -> Result<String> {
    call::roots(webhook)?;
    match &webhook.url {
        UrlFrom::Known(_) => Ok("its URL: from the configuration".to_owned()),
        UrlFrom::File(path) => {
            let url = first_line(path, "URL")?;
            if !url.reveal().starts_with("http://") && !url.reveal().starts_with("https://") {
                let what = format!("the URL file {} holds no URL", path.display());
                return Err(Error::new(Kind::Config, what)
                    .hint("Its first line begins with https:// or http://."));
            }
            Ok(format!("its URL: {}", credential::file(path, env)))
        }
    }
}
