//! Foreign keys whose columns have no index, because it was dropped while checks were off. A
//! server that makes such a table makes an index too, or takes a FULLTEXT one for it and refuses the
//! key. So the statement gets an index for each, which goes again once the table is there.

use bstr::BString;

use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::text::Text;

/// A `CREATE TABLE` with an index for each foreign key that has none, and those indexes' names.
pub(super) fn with_indexes(create: &[u8]) -> (BString, Vec<BString>) {
    let (keys, references) = keys(create);
    let lacking = references.into_iter().filter(|reference| {
        let serves = |key: &Vec<BString>| key.starts_with(&reference.columns);
        !keys.iter().any(serves)
    });
    let (mut out, mut from, mut names) = (Text::new(""), 0, Vec::new());
    for (number, reference) in lacking.enumerate() {
        let name = BString::from(format!("dumpkeep_{number}"));
        out = out.raw(create.get(from..reference.start).unwrap_or_default());
        out = out.words("KEY ").ident(&name).words(" (");
        for (at, column) in reference.columns.iter().enumerate() {
            out = out.words(if at == 0 { "" } else { "," }).ident(column);
        }
        out = out.words("),\n  ");
        from = reference.start;
        names.push(name);
    }
    out = out.raw(create.get(from..).unwrap_or_default());
    (out.into(), names)
}

/// The statements that drop them. MySQL 8 lets none go: there the index stays.
pub(super) fn drop_indexes(table: &[u8], names: &[BString]) -> Vec<BString> {
    let Some((first, rest)) = names.split_first() else {
        return Vec::new();
    };
    let drop = |text: Text, name: &BString| text.words(" DROP KEY ").ident(name);
    let text = drop(Text::new("ALTER TABLE ").ident(table), first);
    let text = rest
        .iter()
        .fold(text, |text, name| drop(text.words(","), name))
        // MariaDB's `alter_algorithm` may allow no other than one that can't
        .words(" /*!50600 , ALGORITHM=DEFAULT */");
    let choice = Text::new("SET @dumpkeep_set = IF(VERSION() < '8', ");
    vec![
        choice.string(text.as_ref()).words(", 'DO 0')").into(),
        "PREPARE dumpkeep FROM @dumpkeep_set".into(),
        "EXECUTE dumpkeep".into(),
        "DEALLOCATE PREPARE dumpkeep".into(),
    ]
}

struct ForeignKey {
    start: usize,
    columns: Vec<BString>,
}

/// The columns of each index that can serve a foreign key, and the foreign keys.
fn keys(create: &[u8]) -> (Vec<Vec<BString>>, Vec<ForeignKey>) {
    let all: Vec<Token<'_>> = tokens(create, Quoting::default()).collect();
    let (mut indexes, mut references) = (Vec::new(), Vec::new());
    for part in parts(&all) {
        let words: Vec<&Token<'_>> = part
            .iter()
            .filter(|token| token.kind == Kind::Word)
            .collect();
        let Some(first) = part.first() else { continue };
        if first.is("PRIMARY") || first.is("UNIQUE") || first.is("KEY") {
            indexes.push(columns(part));
        } else if first.is("CONSTRAINT") && words.iter().any(|word| word.is("REFERENCES")) {
            let start = first.start;
            let columns = columns(part);
            references.push(ForeignKey { start, columns });
        }
    }
    (indexes, references)
}

/// What stands between the commas of the outer brackets.
pub(super) fn parts<'t, 's>(all: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let (mut depth, mut begin, mut parts) = (0_i32, 0, Vec::new());
    for (at, token) in all.iter().enumerate() {
        let closes = token.is_mark(b')');
        if depth == 1 && (closes || token.is_mark(b',')) {
            parts.extend(all.get(begin..at));
            begin = at + 1;
        }
        depth += i32::from(token.is_mark(b'(')) - i32::from(closes);
        if depth == 1 && token.is_mark(b'(') {
            begin = at + 1;
        }
        if depth == 0 && closes {
            break;
        }
    }
    parts
}

/// The columns in the first brackets, up to the first that is not indexed whole.
pub(super) fn columns(part: &[Token<'_>]) -> Vec<BString> {
    let inner = part.iter().skip_while(|token| !token.is_mark(b'('));
    let (mut depth, mut found) = (0_i32, Vec::new());
    for token in inner {
        if token.is_mark(b'(') {
            depth += 1;
        }
        if depth > 1 {
            // a prefix's length, or an expression
            found.pop();
            break;
        }
        if token.is_mark(b')') {
            break;
        }
        if token.kind == Kind::Ident {
            found.extend(unquote_ident(token.text).map(|(name, _)| name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice as _;

    use super::*;

    #[test]
    fn a_foreign_key_without_an_index_gets_one() {
        let text = "CREATE TABLE `t` (\n  `a` varchar(9) DEFAULT 'KEY (`a`)',\n  `b` int,\n  PRIMARY KEY (`b`,`a`),\n  \
                    KEY `p` (`a`(3)),\n  FULLTEXT KEY `f` (`a`),\n  CONSTRAINT `x` FOREIGN KEY (`a`) REFERENCES `u` (`a`),\n  \
                    CONSTRAINT `y` FOREIGN KEY (`b`) REFERENCES `u` (`b`),\n  CONSTRAINT `c` CHECK (`a` <> ''),\n  \
                    CONSTRAINT `z` FOREIGN KEY (`a`, `b`) REFERENCES `u` (`a`, `b`)\n) ENGINE=InnoDB";
        let (with, names) = with_indexes(text.as_bytes());
        let first = text.replace(
            "CONSTRAINT `x`",
            "KEY `dumpkeep_0` (`a`),\n  CONSTRAINT `x`",
        );
        let both = first.replace(
            "CONSTRAINT `z`",
            "KEY `dumpkeep_1` (`a`,`b`),\n  CONSTRAINT `z`",
        );
        assert_eq!(with, both);
        let drop = "'ALTER TABLE `t` DROP KEY `dumpkeep_0`, DROP KEY `dumpkeep_1` /*!50600 , ALGORITHM=DEFAULT */'";
        assert!(drop_indexes(b"t", &names)[0].contains_str(drop));
        let whole = b"CREATE TABLE `t` (\n  `a` int,\n  KEY `a` (`a`,`b`),\n  CONSTRAINT `x` FOREIGN KEY (`a`) REFERENCES `u` (`a`)\n)";
        let (same, none) = with_indexes(whole);
        assert_eq!((same.as_slice(), none.len()), (whole.as_slice(), 0));
        assert!(drop_indexes(b"t", &none).is_empty());
    }
}
