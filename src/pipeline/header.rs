//! The comment lines of a script: what made it, from what, and how to load it. Pure.
//!
//! Names in them come from a server. Control characters are made visible, so that none ends its
//! line; where the script is not UTF-8, everything beyond ASCII is too: in some encodings a stray
//! byte would take the line feed with it.

use std::fmt::Write as _;

use bstr::ByteSlice as _;
use chrono::SecondsFormat;

use crate::archive::toc::{ArchiveKind, Head};
use crate::error::visible;
use crate::sql::dialect::Dialect;

/// Said in the header of a script that makes its own database and goes on in it.
pub const CREATES: &str = "-- dumpkeep: creates its database";
/// Said in the header of a script that first drops what it makes.
pub const CLEANS: &str = "-- dumpkeep: drops what is there";
/// The last line of every script's last frame.
pub const COMPLETE: &str = "-- dumpkeep: complete\n";

/// How the script differs from a plain one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shape {
    /// Holds `CREATE DATABASE` and goes on in that database.
    pub create: bool,
    /// Drops what it makes first.
    pub clean: bool,
    /// Leaves out what would differ the next time.
    pub deterministic: bool,
}

/// The script's first lines.
#[must_use]
pub fn header(head: &Head, shape: Shape) -> Vec<u8> {
    let mut lines = vec![format!("-- dumpkeep {}", head.tool), subject(head)];
    lines.push(circumstances(head, shape));
    if head.dialect == Dialect::Postgres {
        lines.push("-- load with: psql -X -v ON_ERROR_STOP=1".into());
    }
    if head.dialect == Dialect::Mysql {
        lines.push("-- load with: mysql --binary-mode --comments".into());
    }
    if shape.create {
        lines.push(CREATES.into());
    }
    if shape.clean {
        lines.push(CLEANS.into());
    }
    let utf8 = is_utf8(&head.encoding);
    let mut out = Vec::new();
    for line in lines {
        out.extend_from_slice(comment_text(&line, utf8).as_bytes());
        out.push(b'\n');
    }
    out.push(b'\n');
    out
}

fn subject(head: &Head) -> String {
    let what = match head.kind {
        ArchiveKind::Database => format!("database {}", head.database.0.to_str_lossy()),
        ArchiveKind::Globals => "globals".into(),
    };
    let server = &head.server;
    format!(
        "-- {what} of {} {} at {}",
        server.product, server.version, server.address
    )
}

fn circumstances(head: &Head, shape: Shape) -> String {
    let mut line = format!("-- encoding {}", head.encoding);
    if shape.deterministic {
        return line;
    }
    if let Some(position) = &head.position {
        let _ = write!(line, "; snapshot at {position}");
    }
    let begun = head.started.to_rfc3339_opts(SecondsFormat::Secs, true);
    let _ = write!(line, "; begun {begun}");
    line
}

/// Whether a script in this encoding may hold UTF-8 in its comments.
#[must_use]
pub fn is_utf8(encoding: &str) -> bool {
    encoding
        .to_ascii_lowercase()
        .replace('-', "")
        .starts_with("utf8")
}

/// Text that stays within its comment line.
#[must_use]
pub fn comment_text(text: &str, utf8: bool) -> String {
    let text = visible(text);
    if utf8 || text.is_ascii() {
        return text;
    }
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_their_line() {
        assert_eq!(comment_text("a\nb\u{85}", true), "a\\nb\\u{85}");
        assert_eq!(comment_text("żółw", true), "żółw");
        assert_eq!(comment_text("é", false), "\\u{e9}");
    }

    #[test]
    fn encodings_are_told_by_their_names() {
        assert!(is_utf8("UTF8") && is_utf8("utf8mb4") && is_utf8("utf-8"));
        assert!(!is_utf8("SQL_ASCII") && !is_utf8("latin1"));
    }
}
