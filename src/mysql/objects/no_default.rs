//! Columns that take NULL but have no default, not even NULL (`ALTER COLUMN … DROP DEFAULT`): an
//! `INSERT` has to name them. The server prints such a column as one that says nothing of a default,
//! and reads that as DEFAULT NULL. (Later versions of MariaDB have them from `CREATE TABLE … SELECT`
//! alone: no statement makes one.)

use bstr::BString;

use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::text::Text;

/// Types for which MySQL prints no default in either case.
const SILENT: [&str; 6] = ["text", "blob", "json", "vector", "geom", "point"];
const SILENT_TOO: [&str; 3] = ["linestring", "polygon", "collection"];

/// The statement that takes the defaults away from a new table, where a `CREATE TABLE` shows columns
/// without. `silent`: the server prints none of some types.
pub(super) fn drop_defaults(table: &[u8], create: &[u8], silent: bool) -> Option<BString> {
    let columns = columns(create, silent);
    let (first, rest) = columns.split_first()?;
    let drop =
        |text: Text, name: &BString| text.words(" ALTER ").ident(name).words(" DROP DEFAULT");
    let text = drop(Text::new("ALTER TABLE ").ident(table), first);
    let text = rest
        .iter()
        .fold(text, |text, name| drop(text.words(","), name));
    Some(text.into())
}

fn columns(create: &[u8], silent: bool) -> Vec<BString> {
    let mut found = Vec::new();
    let (mut depth, mut name, mut words) = (0_i32, None, Vec::new());
    let mut starts = false;
    for token in tokens(create, Quoting::default()) {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        let ends = depth == 0 || (depth == 1 && token.is_mark(b','));
        if ends {
            found.extend(name.take().filter(|_| lacks_default(&words, silent)));
            words.clear();
        }
        if starts && token.kind == Kind::Ident {
            name = unquote_ident(token.text).map(|(name, _)| name);
        } else if depth == 1 && token.kind == Kind::Word {
            words.push(token);
        }
        starts = depth == 1 && (token.is_mark(b'(') || token.is_mark(b','));
        if depth == 0 && token.is_mark(b')') {
            break;
        }
    }
    found
}

/// Of a column's own words, its type first.
fn lacks_default(words: &[Token<'_>], silent: bool) -> bool {
    let has = |word: &str| words.iter().any(|token| token.is(word));
    let told = ["NOT", "DEFAULT", "AUTO_INCREMENT", "AS", "GENERATED"];
    let of_silent_type = words.first().is_none_or(|kind| {
        let kind = kind.text.to_ascii_lowercase();
        let mut names = SILENT.iter().chain(&SILENT_TOO);
        names.any(|name| memchr::memmem::find(&kind, name.as_bytes()).is_some())
    });
    let tells_nothing = silent && of_silent_type;
    !tells_nothing && !told.into_iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_say_nothing_have_none() {
        let create = b"CREATE TABLE `t` (\n  `a` int,\n  `DEFAULT` enum('x','NOT') CHARACTER SET latin1,\n  `c` int DEFAULT NULL,\n  \
            `d` text,\n  `e` int NOT NULL,\n  `f` int GENERATED ALWAYS AS (`a`) VIRTUAL,\n  `g``h` timestamp NULL,\n  \
            PRIMARY KEY (`e`),\n  CHECK (`a` > 1)\n) ENGINE=InnoDB";
        assert_eq!(
            drop_defaults(b"t", create, true)
                .map(|text| text.to_string())
                .as_deref(),
            Some(
                "ALTER TABLE `t` ALTER `a` DROP DEFAULT, ALTER `DEFAULT` DROP DEFAULT, ALTER `g``h` DROP DEFAULT"
            )
        );
        assert_eq!(
            drop_defaults(b"t", b"CREATE TABLE `t` (\n  `a` int DEFAULT NULL\n)", true),
            None
        );
        let create = b"CREATE TABLE `t` (\n  `a` int NOT NULL,\n  `b` text\n)";
        let dropped = drop_defaults(b"t", create, false);
        assert_eq!(
            dropped.map(|text| text.to_string()).as_deref(),
            Some("ALTER TABLE `t` ALTER `b` DROP DEFAULT")
        );
    }
}
