//! The password file: `host:port:database:user:password` a line, `*` for any, a backslash before
//! `:` and `\` (PostgreSQL manual, "The Password File").

use std::fmt;
use std::path::Path;

use crate::postgres::settings::{Host, Place, Secret};

/// Folders that libpq builds use for sockets where nothing else is said; password files call a
/// server there "localhost".
pub const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// A password file's text. Never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PassFile(Vec<u8>);

impl fmt::Debug for PassFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PassFile(…)")
    }
}

impl PassFile {
    /// Keeps the file's text.
    #[must_use]
    pub fn new(text: Vec<u8>) -> Self {
        Self(text)
    }

    /// The password of the first line that fits.
    #[must_use]
    pub fn find(&self, host: &Host, database: &[u8], user: &[u8]) -> Option<Secret> {
        let port = host.port.to_string();
        let names = names(host);
        let lines = self.0.split(|&byte| byte == b'\n');
        let mut lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        lines.find_map(|line| {
            let rest = names.iter().find_map(|name| after(line, name))?;
            let rest = after(rest, port.as_bytes())?;
            let rest = after(after(rest, database)?, user)?;
            Some(Secret::new(unescape(rest)))
        })
    }
}

fn names(host: &Host) -> Vec<Vec<u8>> {
    match &host.place {
        Place::Tcp { name, .. } => vec![name.clone().into_bytes()],
        Place::Socket(folder) => {
            let mut names = vec![folder.as_os_str().as_encoded_bytes().to_vec()];
            if SOCKET_FOLDERS
                .iter()
                .any(|usual| Path::new(usual) == folder)
            {
                names.push(b"localhost".to_vec());
            }
            names
        }
    }
}

/// What follows a field that is `value` or `*`.
fn after<'a>(line: &'a [u8], value: &[u8]) -> Option<&'a [u8]> {
    if let Some(rest) = line.strip_prefix(b"*:") {
        return Some(rest);
    }
    let mut rest = line;
    for &wanted in value {
        if let Some(escaped) = rest.strip_prefix(b"\\") {
            rest = escaped;
        } else if rest.first() == Some(&b':') {
            return None;
        }
        rest = rest.strip_prefix(&[wanted])?;
    }
    rest.strip_prefix(b":")
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut bytes = field.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b':' => break,
            b'\\' => out.extend(bytes.next()),
            byte => out.push(byte),
        }
    }
    out
}
