//! What of this process's environment others are given.

use std::ffi::{OsStr, OsString};

use crate::env::Env;

/// What every program is given.
const USUAL: [&str; 9] = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR",
];

/// The usual variables and those that are asked for, where they are set.
pub(crate) fn usual_env<'a>(
    env: &'a Env,
    more: impl Iterator<Item = &'a str>,
) -> Vec<(OsString, OsString)> {
    let names = USUAL.into_iter().chain(more).map(OsStr::new);
    let set = names.filter_map(|name| env.vars.get_key_value(name));
    set.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
