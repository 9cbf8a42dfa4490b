//! Service files: sections of `key=value` lines, one for each service (PostgreSQL manual, "The
//! Connection Service File").

use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::parameter::Given;
use super::surroundings::Surroundings;
use super::{text, wrong};
use crate::env::Env;
use crate::error::Result;

/// Where the system's file is, if `PGSYSCONFDIR` does not say: Debian's place, then the usual one.
const SYSTEM_FOLDERS: [&str; 2] = ["/etc/postgresql-common", "/usr/local/pgsql/etc"];

/// Fills in what the named service says, where nothing said it before.
pub fn apply(given: &mut Given, env: &Env, around: &impl Surroundings) -> Result<()> {
    let named = given.get("service").or_else(|| env.bytes("PGSERVICE"));
    let Some(name) = named.map(<[u8]>::to_vec) else {
        return Ok(());
    };
    let file = given
        .get("servicefile")
        .or_else(|| env.bytes("PGSERVICEFILE"));
    let file = file.map(|path| text("servicefile", path)).transpose()?;
    for path in places(file, env) {
        if !around.exists(&path) {
            continue;
        }
        let contents = around.read(&path).map_err(|error| {
            wrong(format!(
                "cannot read the service file {}: {error}",
                path.display()
            ))
        })?;
        if apply_file(given, &contents, &name, &path)? {
            return Ok(());
        }
    }
    Err(wrong(format!(
        "the service {} is in no service file",
        name.to_str_lossy()
    )))
}

fn places(file: Option<&str>, env: &Env) -> Vec<PathBuf> {
    let user = match file {
        Some(file) => Some(PathBuf::from(file)),
        None => env.home().map(|home| home.join(".pg_service.conf")),
    };
    let folders = match env.var("PGSYSCONFDIR") {
        Some(folder) => vec![folder],
        None => SYSTEM_FOLDERS.to_vec(),
    };
    let system = folders
        .into_iter()
        .map(|folder| Path::new(folder).join("pg_service.conf"));
    user.into_iter().chain(system).collect()
}

fn apply_file(given: &mut Given, contents: &[u8], name: &[u8], path: &Path) -> Result<bool> {
    let mut here = false;
    let mut found = false;
    for (number, line) in contents.lines().enumerate() {
        let line = line.trim();
        let place = || format!("{}, line {}", path.display(), number + 1);
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if let Some(header) = line.strip_prefix(b"[") {
            if found {
                break;
            }
            here = header.strip_suffix(b"]").unwrap_or(header) == name;
            found = here;
        } else if here {
            apply_line(given, line, place)?;
        }
    }
    Ok(found)
}

fn apply_line(given: &mut Given, line: &[u8], place: impl Fn() -> String) -> Result<()> {
    if line.starts_with(b"ldap") && !line.contains(&b'=') || line.starts_with(b"ldap://") {
        return Err(wrong(format!(
            "LDAP services are not supported: {}",
            place()
        )));
    }
    let (key, value) = line
        .split_once_str(b"=")
        .ok_or_else(|| wrong(format!("not key=value: {}", place())))?;
    let key = text("a parameter of the service file", key)?.to_owned();
    if key == "service" || key == "servicefile" {
        return Err(wrong(format!("a service can't name another: {}", place())));
    }
    let filled = given.fill(&key, value.to_vec());
    filled.map_err(|error| error.while_(format!("reading {}", place())))
}
