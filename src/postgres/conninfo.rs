//! From a URL or a connection string, the variables, the password and service files to
//! [`Settings`], by libpq's rules (PostgreSQL manual, "Database Connection Control Functions").
//! Pure: files are read through [`Surroundings`].
//!
//! Order: the string, then the service, then the variables, then defaults.

pub mod credential;
pub mod pairs;
pub mod parameter;
pub mod passfile;
pub mod service;
pub mod surroundings;
pub mod url;

mod hosts;
mod values;

use bstr::ByteSlice;

use self::parameter::{Given, Parameter};
use self::surroundings::Surroundings;
use self::values::Values;
use super::settings::{Secret, Settings};
use crate::env::Env;
use crate::error::{Error, Kind, Result};

/// Resolves a connection. `password` comes from elsewhere (the configuration's `password_file`) and
/// goes before any other.
pub fn resolve(
    text: &str,
    password: Option<Secret>,
    env: &Env,
    around: &impl Surroundings,
) -> Result<Settings> {
    let mut given = parse(text)?;
    service::apply(&mut given, env, around)?;
    variables(&mut given, env)?;
    if let Some(password) = password {
        given.set("password", password.reveal().to_vec())?;
    }
    Values::new(&given, env, around).settings()
}

/// Reads a URL, or `key=value` pairs, or just a database's name.
fn parse(text: &str) -> Result<Given> {
    if let Some(rest) = url::strip_scheme(text) {
        url::parse(rest)
    } else if text.contains("://") {
        Err(wrong("the URL's scheme is neither postgres nor postgresql"))
    } else if text.contains('=') {
        pairs::parse(text)
    } else {
        let mut given = Given::default();
        given.set("dbname", text.as_bytes().to_vec())?;
        Ok(given)
    }
}

fn variables(given: &mut Given, env: &Env) -> Result<()> {
    for parameter in Parameter::ALL {
        let value = parameter.variable.and_then(|name| env.bytes(name));
        if let Some(value) = value {
            given.fill(parameter.name, value.to_vec())?;
        }
    }
    Ok(())
}

/// A connection string that can't be used.
fn wrong(why: impl Into<String>) -> Error {
    Error::new(Kind::Config, "cannot use the connection settings").cause(why.into())
}

/// A value as text; only passwords, users and databases may be other bytes.
fn text<'a>(name: &str, value: &'a [u8]) -> Result<&'a str> {
    value
        .to_str()
        .map_err(|_| wrong(format!("{name} is not UTF-8")))
}

#[cfg(test)]
mod tests;
