//! Columns of MySQL's tables whose values are written as numbers of members: ENUM and SET with members
//! that not every server prints as they are. Such numbers mean something beside the list only.

use bstr::{BString, ByteSlice as _};

use super::tokens::{Sort, Tok, begins, tokens};
use crate::sql::dialect::Dialect;

/// Character sets whose members are never written as texts.
const WIDE: [&str; 4] = ["ucs2", "utf16", "utf16le", "utf32"];

/// The members of a column; `None`: one that is not printed as what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members {
    /// A SET, not an ENUM.
    pub set: bool,
    /// In their order.
    pub list: Vec<Option<BString>>,
}

impl Members {
    /// Reads a column's type, as `information_schema.columns.column_type` has it.
    #[must_use]
    pub fn of(column_type: &[u8]) -> Option<Self> {
        read(&tokens(Dialect::Mysql, column_type, usize::MAX)).map(|(members, _)| members)
    }

    /// Whether numbers of these members stand for the same ones there: more may follow.
    #[must_use]
    pub fn begin(&self, there: &Self) -> bool {
        let alike = |(own, there): (&Option<BString>, &Option<BString>)| match (own, there) {
            (Some(own), Some(there)) => own == there,
            _ => true,
        };
        self.set == there.set
            && self.list.len() <= there.list.len()
            && self.list.iter().zip(&there.list).all(alike)
    }

    /// Whether rows of this program's hold them as numbers.
    fn are_numbered(&self) -> bool {
        self.list.iter().any(|member| {
            let odd = |byte: &u8| !matches!(byte, b' '..=b'~') || b"?'\\".contains(byte);
            let Some(member) = member else { return true };
            member.is_empty() || member.iter().any(odd)
        })
    }
}

/// The table that a `CREATE TABLE` makes, and its columns whose values are numbers of members.
#[must_use]
pub fn numbered(statement: &[u8]) -> Vec<(BString, Members)> {
    if !statement.starts_with(b"CREATE TABLE ") {
        return Vec::new();
    }
    let toks = tokens(Dialect::Mysql, statement, usize::MAX);
    let mut found = Vec::new();
    let (mut depth, mut at, mut wide_table) = (0_usize, 0, false);
    while let Some(tok) = toks.get(at) {
        let starts = depth == 1 && (tok.is_mark(b'(') || tok.is_mark(b','));
        match tok.sort {
            Sort::Mark(b'(') => depth += 1,
            Sort::Mark(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 && tok.is("CHARSET") {
            let name = toks.iter().skip(at).find(|tok| tok.is_name());
            wide_table = name.is_some_and(|name| is_wide(name));
        }
        let opens = depth == 1 && (starts || tok.is_mark(b'('));
        let column = toks.get(at).filter(|name| name.text.starts_with(b"`"));
        let Some(column) = column.filter(|_| opens) else {
            continue;
        };
        if let Some((members, behind)) = read(toks.get(at + 1..).unwrap_or_default()) {
            at += 1 + behind;
            let wide = charset(toks.get(at..).unwrap_or_default());
            found.push((column.name(), members, wide));
        }
    }
    let numbered = found
        .into_iter()
        .filter(|(_, members, wide)| members.are_numbered() || wide.unwrap_or(wide_table));
    numbered.map(|(name, members, _)| (name, members)).collect()
}

fn is_wide(name: &Tok<'_>) -> bool {
    WIDE.iter().any(|wide| name.is(wide))
}

/// Whether a column says that its character set is such a one; `None`: it says nothing.
fn charset(own: &[Tok<'_>]) -> Option<bool> {
    begins(own, &["CHARACTER", "SET"])
        .and_then(|at| own.get(at))
        .map(is_wide)
}

/// `enum('a','b')`, and how many tokens that are.
fn read(toks: &[Tok<'_>]) -> Option<(Members, usize)> {
    let [kind, open, list @ ..] = toks else {
        return None;
    };
    let set = kind.is("set");
    if !(set || kind.is("enum")) || !open.is_mark(b'(') {
        return None;
    }
    let end = list.iter().position(|tok| tok.is_mark(b')'))?;
    let each = list.get(..end)?.split(|tok| tok.is_mark(b','));
    let member = |toks: &[Tok<'_>]| match toks {
        [text] if text.sort == Sort::Text => told(text.text),
        // digits of bytes
        _ => None,
    };
    let list = each.map(member).collect();
    Some((Members { set, list }, end + 3))
}

/// A literal's text, where it has no character that may stand for another.
fn told(literal: &[u8]) -> Option<BString> {
    let inner = literal.get(1..literal.len().checked_sub(1)?)?;
    let mut text = BString::default();
    let mut bytes = inner.iter();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'\\' => match bytes.next()? {
                b'0' => 0,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'Z' => 0x1a,
                other => *other,
            },
            b'\'' => *bytes.next()?,
            other => *other,
        });
    }
    (!text.contains(&b'?') && text.to_str().is_ok()).then_some(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn columns_with_odd_members_are_numbered() {
        let names = |sql: &str| -> Vec<String> {
            let found = numbered(sql.as_bytes());
            found.iter().map(|(name, _)| name.to_string()).collect()
        };
        let sql = "CREATE TABLE `t` (\n  `id` int DEFAULT '1',\n  `plain` enum('a','b,c') DEFAULT 'a',\n  \
                   `l``atin` enum('ä','b') CHARACTER SET latin1 NOT NULL,\n  `empty` set('','x') COMMENT 'enum(''ö'')',\n  \
                   `bytes` enum(0xff,'a'),\n  `quote` enum('it''s'),\n  `wide` enum('a') CHARACTER SET utf16 COLLATE utf16_bin,\n  \
                   KEY `enum` (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1";
        assert_eq!(names(sql), ["l`atin", "empty", "bytes", "quote", "wide"]);
        let sql = "CREATE TABLE `t` (\n  `a` enum('a'),\n  `b` enum('a') CHARACTER SET latin1\n) DEFAULT CHARSET=ucs2";
        assert_eq!(names(sql), ["a"]);
        assert!(names("ALTER TABLE `t` ADD (`a` enum('ä'))").is_empty());
    }

    #[test]
    fn the_same_numbers_are_the_same_members() {
        let of = |text: &str| Members::of(text.as_bytes()).unwrap();
        let begins = |own: &str, there: &str| of(own).begin(&of(there));
        assert!(begins("enum('ä','b')", "enum('ä','b','c')"));
        assert!(!begins("enum('ä','b')", "enum('b','ä')"));
        assert!(!begins("enum('ä','b')", "enum('ä')"));
        assert!(!begins("enum('ä','b')", "set('ä','b')"));
        assert!(begins("enum('\u{1f30d}','it''s')", "enum('?','it\\'s')"));
        assert!(begins("enum(0xff,'b')", "enum('x','b')"));
        assert_eq!(Members::of(b"varchar(9)"), None);
    }
}
