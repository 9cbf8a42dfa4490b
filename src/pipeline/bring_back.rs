//! The command that brings a backup back, for pages that people read in a hurry.

use std::io::Read as _;
use std::path::Path;

use bstr::ByteSlice as _;

use crate::config::Target;
use crate::config::resolve::Engine;
use crate::pipeline::foreign::ForeignFile;
use crate::store::layout::{GLOBALS, Home, database_name};

/// As far into another dumper's script its `CREATE DATABASE` stands, in bytes.
const HEAD: u64 = 64 << 10;

/// The command. It holds no password: the URL is the server's without it.
pub(super) fn command(target: &Target, home: &Home, path: &Path) -> String {
    let file = shell_word(&path.display().to_string());
    if target.engine == Engine::Command {
        return format!("{} {file}", unpacker(path));
    }
    let globals = home.folder == GLOBALS;
    let create = !globals && creates(path);
    // With --create, and for globals, any database will do to connect to first.
    let database = match (globals || create, target.engine) {
        (true, Engine::Postgresql) => b"postgres".to_vec(),
        (true, _) => Vec::new(),
        (false, _) => database_name(&home.folder).unwrap_or_default(),
    };
    let url = shell_word(&target.shown_url(&database));
    let create = if create { " --create" } else { "" };
    format!("dumpkeep restore {file}{create} --to {url}")
}

/// Whether the database itself is in it: always in our own archives and in pg_dump's; in others'
/// scripts where they say so. What can't be read is loaded into a database that is there.
fn creates(path: &Path) -> bool {
    match ForeignFile::open(path) {
        Ok(None | Some(ForeignFile::PgDump(_))) => true,
        Ok(Some(ForeignFile::Script { input, .. })) => {
            let mut head = Vec::new();
            let read = input.take(HEAD).read_to_end(&mut head);
            read.is_ok() && head.contains_str("\nCREATE DATABASE ")
        }
        Err(_) => false,
    }
}

fn unpacker(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("zst") => "zstd -dc",
        Some("gz") => "gzip -dc",
        Some("xz") => "xz -dc",
        Some("bz2") => "bzip2 -dc",
        _ => "cat",
    }
}

fn shell_word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=@,%:".contains(&byte);
    if text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
