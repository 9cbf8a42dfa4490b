//! MySQL's statements for MariaDB.

use bstr::ByteSlice as _;

use crate::mysql::rewrite::collation;
use crate::mysql::rewrite::edit::{Comment, Edits, comments, name};
use crate::mysql::version::Caps;

/// `sql_mode` flags that MariaDB does not know.
const MODES: &[&str] = &["TIME_TRUNCATE_FRACTIONAL"];

/// MariaDB takes MySQL's executable comments from here on for ordinary ones.
/// <https://mariadb.com/kb/en/comment-syntax/>
const IGNORED_FROM: u32 = 50_700;

pub(super) fn edit(edits: &mut Edits<'_>, kind: &str, to: Caps) {
    names(edits, to);
    if edits.begins("SET") {
        super::to_mysql::modes(edits, MODES);
    }
    for comment in comments(edits, "/*!") {
        if comment.version >= IGNORED_FROM {
            uncover(edits, &comment);
        }
    }
    if kind == "event" {
        super::to_mysql::replica(edits, "REPLICA", "SLAVE");
    }
    if kind == "table" {
        // a key over an expression
        edits.without_lines(|line| is_key(line) && line.contains_str("(("));
    }
}

fn is_key(line: &[u8]) -> bool {
    ["  KEY ", "  UNIQUE KEY "]
        .iter()
        .any(|start| line.starts_with_str(start))
}

fn names(edits: &mut Edits<'_>, to: Caps) {
    let set = edits.begins("SET");
    for token in edits.tokens.clone() {
        let literal = token.text.starts_with(b"'");
        let Some(name) = name(&token).filter(|_| set || !literal) else {
            continue;
        };
        if let Some(new) = collation::to_mariadb(name, to) {
            let quoted = if literal { format!("'{new}'") } else { new };
            edits.change(token.start, token.end(), &quoted);
        }
    }
}

/// What stands in a comment that MariaDB would not obey, in its own words.
fn uncover(edits: &mut Edits<'_>, comment: &Comment) {
    let (from, to) = comment.inside;
    let inside = edits.text.get(from..to).unwrap_or_default().trim();
    let text = inside.to_str_lossy().into_owned();
    let (start, end) = (comment.start, comment.end);
    match (comment.version, text.as_str()) {
        (80_023, "INVISIBLE") => edits.put(start, end, "INVISIBLE"),
        (80_000, "INVISIBLE") => edits.change(start, end, "IGNORED"),
        _ => edits.change(start, end, ""),
    }
}
