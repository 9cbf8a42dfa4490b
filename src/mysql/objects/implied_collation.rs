//! MySQL prints a column's collation that is the table's own alone, but keeps in mind when one is
//! given, and then prints the character set with it: a copy's text would differ. So a collation that
//! the table gives its columns anyway is left out.

use bstr::BString;

use crate::mysql::scan::{Quoting, Token, tokens};

/// A `CREATE TABLE` without the collations that its columns have from the table.
pub(super) fn without_implied(text: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let mut depth = 0_i32;
    let depths: Vec<i32> = all
        .iter()
        .map(|token| {
            depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
            depth
        })
        .collect();
    let own = all.windows(3).zip(&depths).find_map(|(window, depth)| {
        let [word, equals, name] = window else {
            return None;
        };
        let option = *depth == 0 && word.is("COLLATE") && equals.is_mark(b'=');
        option.then_some(name.text)
    });
    let Some(own) = own else {
        return text.into();
    };
    let (mut out, mut from) = (Vec::with_capacity(text.len()), 0);
    for (window, depth) in all.windows(4).zip(depths.get(2..).unwrap_or_default()) {
        let [set, before, word, name] = window else {
            continue;
        };
        let implied = *depth == 1 && word.is("COLLATE") && name.text == own && !set.is("SET");
        if implied {
            out.extend_from_slice(text.get(from..before.end()).unwrap_or_default());
            from = name.end();
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_table_gives_is_left_out() {
        let text = b"CREATE TABLE `t` (\n  `COLLATE` char(1) COLLATE utf8mb4_bin NOT NULL,\n  \
            `b` char(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,\n  `c` text COLLATE utf8mb4_da_0900_ai_ci,\n  \
            `d` char(1) GENERATED ALWAYS AS ((`b` collate utf8mb4_bin)) VIRTUAL\n) ENGINE=InnoDB DEFAULT \
            CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='COLLATE=x'";
        assert_eq!(
            without_implied(text),
            "CREATE TABLE `t` (\n  `COLLATE` char(1) NOT NULL,\n  \
            `b` char(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,\n  `c` text COLLATE utf8mb4_da_0900_ai_ci,\n  \
            `d` char(1) GENERATED ALWAYS AS ((`b` collate utf8mb4_bin)) VIRTUAL\n) ENGINE=InnoDB DEFAULT \
            CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='COLLATE=x'"
        );
    }
}
