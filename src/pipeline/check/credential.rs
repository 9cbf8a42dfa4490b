//! Where each password comes from, in words; never what it is.

use std::path::Path;

use crate::config::Target;
use crate::config::resolve::{Engine, Password};
use crate::env::Env;
use crate::error::Result;
use crate::mysql::conninfo::source_of_password;
use crate::mysql::optionfile::Disk;
use crate::postgres::conninfo::credential;
use crate::postgres::conninfo::surroundings::Machine;

/// Of a target; none where nothing is connected to and nothing is configured.
pub(super) fn of_target(target: &Target, env: &Env) -> Option<Result<String>> {
    if let Some(configured) = configured(&target.password, env) {
        return Some(Ok(configured));
    }
    let url = target.url.reveal();
    match target.engine {
        Engine::Postgresql => Some(credential::source(url, env, &Machine)),
        Engine::Mysql => Some(source_of_password(url, env, &Disk).map(str::to_owned)),
        Engine::Command => None,
    }
}

/// Of `password_file` or `password_env`.
pub(super) fn configured(password: &Password, env: &Env) -> Option<String> {
    match password {
        Password::Engine => None,
        Password::Variable(name, _) => Some(format!("from the variable {name}")),
        Password::File(path) => Some(file(path, env)),
    }
}

/// A file that holds a secret, by the name under which a service manager hands it in.
pub(super) fn file(path: &Path, env: &Env) -> String {
    let credentials = env.var("CREDENTIALS_DIRECTORY");
    match credentials.and_then(|folder| path.strip_prefix(folder).ok()) {
        Some(name) => format!("from the systemd credential {}", name.display()),
        None => format!("from the file {}", path.display()),
    }
}
