//! Where a connection's password comes from, in words; never what it is.

use bstr::ByteSlice as _;

use super::surroundings::Surroundings;
use super::values::Values;
use super::{parse, service, variables};
use crate::env::Env;
use crate::error::Result;

/// Says it for a connection whose configuration names no password, in the order in which
/// [`resolve`](super::resolve) looks.
pub fn source(text: &str, env: &Env, around: &impl Surroundings) -> Result<String> {
    let mut given = parse(text)?;
    if given.get("password").is_some() {
        return Ok("from the URL".to_owned());
    }
    let service = given.get("service").or_else(|| env.bytes("PGSERVICE"));
    let service = service.map(|name| name.to_str_lossy().into_owned());
    service::apply(&mut given, env, around)?;
    if let Some(service) = service.filter(|_| given.get("password").is_some()) {
        return Ok(format!("from the service file, service {service}"));
    }
    variables(&mut given, env)?;
    if given.get("password").is_some() {
        return Ok("from the variable PGPASSWORD".to_owned());
    }
    let settings = Values::new(&given, env, around).settings()?;
    let mut hosts = settings.hosts.iter();
    if hosts.any(|host| settings.password_for(host).is_some()) {
        let named = given
            .get("passfile")
            .map(|path| path.to_str_lossy().into_owned());
        let file = named.unwrap_or_else(|| "~/.pgpass".to_owned());
        return Ok(format!("from the password file {file}"));
    }
    Ok(match settings.tls.cert {
        Some(path) => format!("none; the client's certificate is {}", path.display()),
        None => "none is given; the server must ask for none".to_owned(),
    })
}
