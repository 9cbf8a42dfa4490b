//! Lists of hosts, addresses and ports: one after the other, comma between.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::parameter::Given;
use super::passfile::SOCKET_FOLDERS;
use super::surroundings::Surroundings;
use super::{text, wrong};
use crate::error::Result;
use crate::postgres::settings::{Host, Place, socket_path};

const PORT: u16 = 5432;

/// The servers to try.
pub(super) fn hosts(given: &Given, around: &impl Surroundings) -> Result<Vec<Host>> {
    let names = list(given, "host")?;
    let addresses = list(given, "hostaddr")?;
    let ports = list(given, "port")?;
    let count = names.len().max(addresses.len()).max(1);
    if !names.is_empty() && !addresses.is_empty() && names.len() != addresses.len() {
        return Err(wrong("host and hostaddr list different numbers of servers"));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(wrong("port lists neither one port nor one for each host"));
    }
    (0..count)
        .map(|at| {
            let port = ports.get(at).or(ports.first()).copied().unwrap_or("");
            let name = names.get(at).copied().unwrap_or("");
            let address = addresses.get(at).copied().unwrap_or("");
            host(name, address, parse_port(port)?, around)
        })
        .collect()
}

fn list<'a>(given: &'a Given, name: &str) -> Result<Vec<&'a str>> {
    match given.get(name) {
        Some(value) => Ok(text(name, value)?.split(',').map(str::trim).collect()),
        None => Ok(Vec::new()),
    }
}

fn parse_port(port: &str) -> Result<u16> {
    if port.is_empty() {
        return Ok(PORT);
    }
    let number = port.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| {
        wrong("a port is no number from 1 to 65535")
            .hint("In a URL a / in a password is written %2F.")
    })
}

fn host(name: &str, address: &str, port: u16, around: &impl Surroundings) -> Result<Host> {
    let addr = match address {
        "" => None,
        address => Some(
            address
                .parse::<IpAddr>()
                .map_err(|_| wrong(format!("hostaddr {address} is not an IP address")))?,
        ),
    };
    let place = match (name, addr) {
        ("", None) => usual_place(port, around),
        (name, None) if name.starts_with(['/', '@']) => Place::Socket(name.into()),
        ("", Some(addr)) => Place::Tcp {
            name: addr.to_string(),
            addr: Some(addr),
        },
        (name, addr) => Place::Tcp {
            name: name.to_owned(),
            addr,
        },
    };
    Ok(Host { place, port })
}

/// The first of the usual folders that has a socket; where none has, the first, so that the error
/// names what was missing.
fn usual_place(port: u16, around: &impl Surroundings) -> Place {
    let folders = SOCKET_FOLDERS.iter().map(Path::new);
    let found = folders
        .clone()
        .find(|folder| around.exists(&socket_path(folder, port)));
    let folder = found.or_else(|| folders.clone().next());
    Place::Socket(folder.map(Path::to_path_buf).unwrap_or_else(PathBuf::new))
}
