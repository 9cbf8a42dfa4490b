//! Options that a table's engine does not know: MariaDB keeps them for one that does, and shows
//! them as comments, which are gone once the statement is read.

use bstr::BString;

use crate::mysql::scan::{Quoting, tokens};

/// The statement with such options in it, or nothing where it has none. It needs `sql_mode`
/// `IGNORE_BAD_TABLE_OPTIONS`.
pub(super) fn with_unknown_options(create: &[u8]) -> Option<BString> {
    let mut edits = Vec::new();
    let mut from = 0;
    for token in tokens(create, Quoting::default()) {
        comment(create, from, token.start, &mut edits);
        from = token.end();
    }
    comment(create, from, create.len(), &mut edits);
    let mut out = create.to_vec();
    for (start, end) in edits.iter().rev().copied() {
        out.drain(end - 3..end);
        out.drain(start..start + 3);
    }
    (!edits.is_empty()).then(|| out.into())
}

/// Notes the comment of options between two tokens.
fn comment(create: &[u8], from: usize, to: usize, edits: &mut Vec<(usize, usize)>) {
    let gap = create.get(from..to).unwrap_or_default();
    let blank = gap.iter().take_while(|byte| byte.is_ascii_whitespace());
    let start = blank.fold(0, |count, _| count + 1);
    let text = gap.get(start..).unwrap_or_default().trim_ascii_end();
    // Aria's own option has a name without quotes
    let begins = |start: &[u8]| text.starts_with(start);
    if (begins(b"/* `") || begins(b"/* TRANSACTIONAL=")) && text.ends_with(b" */") {
        edits.push((from + start, from + start + text.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_in_comments_are_options() {
        let text = "CREATE TABLE `t` (\n  `a` int DEFAULT NULL /* `foo`='b,ar' */,\n  `b` int COMMENT '/* `x`=1 */',\n  \
                    KEY `k` (`a`) /* `x`=4 */\n) ENGINE=InnoDB /* `y`='z' */";
        let with = "CREATE TABLE `t` (\n  `a` int DEFAULT NULL `foo`='b,ar',\n  `b` int COMMENT '/* `x`=1 */',\n  \
                    KEY `k` (`a`) `x`=4\n) ENGINE=InnoDB `y`='z'";
        assert_eq!(with_unknown_options(text.as_bytes()), Some(with.into()));
        assert_eq!(with_unknown_options(with.as_bytes()), None);
        let text = "CREATE TABLE `t` (`a` int) ENGINE=MyISAM /* TRANSACTIONAL=1 */";
        let with = "CREATE TABLE `t` (`a` int) ENGINE=MyISAM TRANSACTIONAL=1";
        assert_eq!(with_unknown_options(text.as_bytes()), Some(with.into()));
    }
}
