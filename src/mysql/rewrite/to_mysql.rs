//! MariaDB's statements for MySQL.

use bstr::ByteSlice as _;

use crate::mysql::rewrite::collation;
use crate::mysql::rewrite::edit::{Edits, comments, name};
use crate::mysql::scan::{Kind, Token};
use crate::mysql::version::Caps;

/// `sql_mode` flags that MySQL 8 does not know.
pub(super) const MODES: &[&str] = &[
    "NO_AUTO_CREATE_USER",
    "EMPTY_STRING_IS_NULL",
    "SIMULTANEOUS_ASSIGNMENT",
    "TIME_ROUND_FRACTIONAL",
    "IGNORE_BAD_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS",
    "NO_KEY_OPTIONS",
    "NO_TABLE_OPTIONS",
    "MSSQL",
    "POSTGRESQL",
    "DB2",
    "MAXDB",
    "MYSQL323",
    "MYSQL40",
];

/// Table options that MySQL does not know.
const OPTIONS: &[&str] = &[
    "TRANSACTIONAL",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "ENCRYPTED",
    "ENCRYPTION_KEY_ID",
    "IETF_QUOTES",
    "SEQUENCE",
];

/// Types that MySQL does not have, and what holds their values.
const TYPES: &[(&str, &str)] = &[
    ("uuid", "char(36)"),
    ("inet6", "varchar(39)"),
    ("inet4", "varchar(15)"),
];

pub(super) fn edit(edits: &mut Edits<'_>, kind: &str, _to: Caps) {
    names(edits);
    if edits.begins("SET") {
        modes(edits, MODES);
    }
    for comment in comments(edits, "/*M!") {
        edits.change(comment.start, comment.end, "");
    }
    match kind {
        "table" => table(edits),
        "database" | "database_settings" => comment_option(edits),
        "event" => replica(edits, "SLAVE", "REPLICA"),
        _ => {}
    }
}

fn names(edits: &mut Edits<'_>) {
    let set = edits.begins("SET");
    for token in edits.tokens.clone() {
        let literal = token.text.starts_with(b"'");
        let Some(name) = name(&token).filter(|_| set || !literal) else {
            continue;
        };
        if let Some(new) = collation::to_mysql(name) {
            let quoted = if literal { format!("'{new}'") } else { new };
            edits.change(token.start, token.end(), &quoted);
        }
    }
}

/// Takes flags out of the `sql_mode` that a `SET` gives.
pub(super) fn modes(edits: &mut Edits<'_>, unknown: &[&str]) {
    for window in edits.tokens.clone().windows(3) {
        let [variable, equals, value] = window else {
            continue;
        };
        let mode = variable.is("sql_mode") && equals.is_mark(b'=') && value.kind == Kind::Literal;
        let Some(flags) = name(value).filter(|_| mode) else {
            continue;
        };
        let (gone, kept): (Vec<&str>, Vec<&str>) =
            flags.split(',').partition(|flag| unknown.contains(flag));
        if !gone.is_empty() {
            edits.put(value.start, value.end(), format!("'{}'", kept.join(",")));
            edits.say(&format!("left out {} of its sql_mode", gone.join(", ")));
        }
    }
}

fn table(edits: &mut Edits<'_>) {
    edits.without_lines(|line| {
        line.contains_str(" GENERATED ALWAYS AS ROW ") || line.starts_with(b"  PERIOD FOR ")
    });
    let all = edits.tokens.clone();
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate() {
        let rest = all.get(at..).unwrap_or_default();
        if token.is_mark(b'(') {
            depth += 1;
        } else if token.is_mark(b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            table_option(edits, rest);
        } else if depth == 1 {
            column_option(edits, &all, at);
        }
    }
}

fn table_option(edits: &mut Edits<'_>, rest: &[Token<'_>]) {
    match rest {
        [word, equals, value, ..]
            if word.is("ENGINE") && equals.is_mark(b'=') && is_other_engine(value) =>
        {
            edits.change(value.start, value.end(), "InnoDB");
        }
        [word, equals, value, ..]
            if word.is("ROW_FORMAT") && equals.is_mark(b'=') && value.is("PAGE") =>
        {
            edits.change(word.start, value.end(), "");
        }
        [with, system, versioning, ..]
            if with.is("WITH") && system.is("SYSTEM") && versioning.is("VERSIONING") =>
        {
            edits.change(with.start, versioning.end(), "");
        }
        [partition, by, time, ..]
            if partition.is("PARTITION") && by.is("BY") && time.is("SYSTEM_TIME") =>
        {
            let end = edits.text.len();
            edits.change(partition.start, end, "");
        }
        [option, equals, value, ..] if equals.is_mark(b'=') => {
            let bare = option.text.trim_with(|c| c == '`').to_str_lossy();
            if OPTIONS.iter().any(|one| bare.eq_ignore_ascii_case(one)) {
                edits.change(option.start, value.end(), "");
            }
        }
        _ => {}
    }
}

fn is_other_engine(name: &Token<'_>) -> bool {
    let engines = ["Aria", "ROCKSDB", "Mroonga", "Columnstore"];
    engines.iter().any(|engine| name.is(engine))
}

fn column_option(edits: &mut Edits<'_>, all: &[Token<'_>], at: usize) {
    let Some(token) = all.get(at) else { return };
    let next = all.get(at + 1);
    let named = at.checked_sub(1).and_then(|before| all.get(before));
    let named = named.is_some_and(|before| before.kind == Kind::Ident);
    let own = TYPES.iter().find(|(own, _)| named && token.is(own));
    if let Some((_, new)) = own {
        edits.change(token.start, token.end(), new);
    } else if token.is("IGNORED") {
        edits.change(token.start, token.end(), "INVISIBLE");
    } else if token.is("WITHOUT") && next.is_some_and(|next| next.is("SYSTEM")) {
        if let Some(last) = all.get(at + 2) {
            edits.change(token.start, last.end(), "");
        }
    } else if token.is("DEFAULT") {
        default(edits, all, at);
    }
}

/// MySQL wants expressions in brackets, and takes constants for large types only as expressions.
fn default(edits: &mut Edits<'_>, all: &[Token<'_>], at: usize) {
    let Some(value) = all.get(at + 1) else { return };
    let call = all.get(at + 2).filter(|open| open.is_mark(b'('));
    let now = ["current_timestamp", "now", "localtimestamp", "localtime"];
    if let Some(open) = call
        && value.kind == Kind::Word
        && !now.iter().any(|word| value.is(word))
    {
        let Some(close) = closing(all, open.start) else {
            return;
        };
        if ["nextval", "lastval", "setval"]
            .iter()
            .any(|word| value.is(word))
        {
            let start = all.get(at).map_or(value.start, |word| word.start);
            edits.change(start, close, "");
        } else {
            edits.put(value.start, value.start, "(");
            edits.put(close, close, ")");
        }
        return;
    }
    if value.kind == Kind::Literal && is_large(all, at) {
        edits.put(value.start, value.start, "(");
        edits.put(value.end(), value.end(), ")");
    }
}

/// Where the bracket ends that opens at `open`.
fn closing(all: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for token in all.iter().filter(|token| token.start >= open) {
        if token.is_mark(b'(') {
            depth += 1;
        } else if token.is_mark(b')') {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(token.end());
            }
        }
    }
    None
}

/// The column whose `DEFAULT` stands at `at` is of a type without constant defaults.
fn is_large(all: &[Token<'_>], at: usize) -> bool {
    let before = all.get(..at).unwrap_or_default();
    let begin = before.windows(2).rposition(|pair| {
        matches!(pair, [mark, name] if (mark.is_mark(b',') || mark.is_mark(b'(')) && name.kind == Kind::Ident)
    });
    let Some(kind) = begin.and_then(|begin| before.get(begin + 2)) else {
        return false;
    };
    let large = ["text", "blob", "geometry", "json"];
    let text = kind.text.to_ascii_lowercase();
    large.iter().any(|one| text.ends_with(one.as_bytes()))
}

fn comment_option(edits: &mut Edits<'_>) {
    for window in edits.tokens.clone().windows(3) {
        if let [word, equals, value] = window
            && word.is("COMMENT")
            && equals.is_mark(b'=')
        {
            edits.change(word.start, value.end(), "");
        }
    }
}

/// MySQL has no slaves any more, MariaDB prints no replicas.
pub(super) fn replica(edits: &mut Edits<'_>, old: &str, new: &str) {
    for window in edits.tokens.clone().windows(3) {
        if let [disable, on, word] = window
            && disable.is("DISABLE")
            && on.is("ON")
            && word.is(old)
        {
            edits.put(word.start, word.end(), new);
            return;
        }
    }
}
