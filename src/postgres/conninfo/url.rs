//! `postgres://user:password@host:port,host:port/database?key=value` (RFC 3986 with libpq's list of
//! hosts). No part of the URL is repeated in an error: it may hold a password.

use percent_encoding::percent_decode_str;

use super::parameter::Given;
use super::wrong;
use crate::error::Result;

/// What follows `postgres://` or `postgresql://`.
#[must_use]
pub fn strip_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgresql://")
        .or_else(|| text.strip_prefix("postgres://"))
}

/// Reads what follows the scheme.
pub fn parse(rest: &str) -> Result<Given> {
    let mut given = Given::default();
    let (before, query) = split_query(rest);
    let authority_end = before.find('/').unwrap_or(before.len());
    let (authority, path) = before.split_at(authority_end);
    let hosts = match authority.split_once('@') {
        Some((login, hosts)) => {
            if hosts.contains('@') {
                return Err(wrong("the URL has two @ before its database")
                    .hint("An @ in a user's name or a password is written %40."));
            }
            parse_login(login, &mut given)?;
            hosts
        }
        None => authority,
    };
    parse_hosts(hosts, &mut given)?;
    keep(&mut given, "dbname", path.strip_prefix('/').unwrap_or(path))?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        parse_pair(pair, &mut given)?;
    }
    Ok(given)
}

/// A `?` begins the query; before an `@` it is a part of the password, as in libpq.
fn split_query(rest: &str) -> (&str, &str) {
    let login_end = rest
        .find(['@', '/'])
        .filter(|&at| rest.as_bytes().get(at) == Some(&b'@'))
        .unwrap_or(0);
    let (login, after) = rest.split_at(login_end);
    match after.find('?') {
        Some(at) => {
            let (before, query) = rest.split_at(login.len() + at);
            (before, query.strip_prefix('?').unwrap_or(query))
        }
        None => (rest, ""),
    }
}

fn parse_login(login: &str, given: &mut Given) -> Result<()> {
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    keep(given, "user", user)?;
    keep(given, "password", password)
}

fn parse_hosts(list: &str, given: &mut Given) -> Result<()> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for one in list.split(',') {
        let (host, port) = split_port(one)?;
        hosts.push(host);
        ports.push(port);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        keep(given, "host", &hosts.join(","))?;
    }
    if ports.iter().any(|port| !port.is_empty()) {
        keep(given, "port", &ports.join(","))?;
    }
    Ok(())
}

fn split_port(one: &str) -> Result<(&str, &str)> {
    let Some(inner) = one.strip_prefix('[') else {
        return Ok(one.split_once(':').unwrap_or((one, "")));
    };
    let (address, after) = inner
        .split_once(']')
        .filter(|(address, _)| !address.is_empty())
        .ok_or_else(|| wrong("the URL's IPv6 address has no end"))?;
    match after.strip_prefix(':') {
        Some(port) => Ok((address, port)),
        None if after.is_empty() => Ok((address, "")),
        None => Err(wrong("the URL goes on after its IPv6 address")),
    }
}

fn parse_pair(pair: &str, given: &mut Given) -> Result<()> {
    let (name, value) = pair
        .split_once('=')
        .filter(|(_, value)| !value.contains('='))
        .ok_or_else(|| wrong("the URL's query has a part that is not key=value"))?;
    let name = String::from_utf8(decode(name)?).map_err(|_| wrong("a parameter is not UTF-8"))?;
    // As JDBC says it; libpq takes it too.
    if name == "ssl" && value == "true" {
        return given.set("sslmode", b"require".to_vec());
    }
    given.set(&name, decode(value)?)
}

fn keep(given: &mut Given, name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        return Ok(());
    }
    given.set(name, decode(value)?)
}

fn decode(text: &str) -> Result<Vec<u8>> {
    let sound = text
        .split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit()));
    if !sound {
        return Err(wrong(
            "the URL has a % that two hexadecimal digits don't follow",
        ));
    }
    Ok(percent_decode_str(text).collect())
}
