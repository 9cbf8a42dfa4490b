//! Bodies in other languages than SQL (MySQL 9), which the server prints between dollar quotes. These
//! hold anything; the server's own client does not know them and would stop at a quote or a
//! terminator within: where there is one, the body is written as a string, which the server takes
//! for the same.

use bstr::{BString, ByteSlice as _};

use crate::mysql::quote;
use crate::mysql::scan::{Quoting, tokens};

/// What a client may take for the end of something.
const ODD: &[u8] = b"'\"`;\\#\0\r";

/// The text with its body as a string, where the body needs that. `mode` is the program's own.
pub(super) fn with_quoted_body(text: BString, mode: &[u8]) -> BString {
    let quoting = Quoting::of_mode(mode);
    let Some((start, end)) = body(&text, quoting) else {
        return text;
    };
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let tag = text.len() - end;
    let inner = part(start + tag, end);
    let odd = inner.find_byteset(ODD).is_some()
        || [&b"--"[..], b"/*"]
            .iter()
            .any(|mark| inner.contains_str(mark))
        || inner.to_ascii_lowercase().contains_str("delimiter");
    if !odd {
        return text;
    }
    let literal = if quoting.no_escapes {
        [b"'", inner.replace(b"'", b"''").as_slice(), b"'"].concat()
    } else {
        quote::string(inner).into()
    };
    [part(0, start), &literal].concat().into()
}

/// Where the opening and the closing dollar quotes begin: the first stands behind an `AS` outside of
/// brackets, the last ends the text.
fn body(text: &[u8], quoting: Quoting) -> Option<(usize, usize)> {
    let (mut depth, mut after_as) = (0_i32, false);
    for token in tokens(text, quoting) {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        if after_as && token.text.starts_with(b"$") {
            let rest = text.get(token.start..)?;
            let tag = rest.get(1..)?.find_byte(b'$')? + 2;
            let ends = rest.len() >= 2 * tag && rest.ends_with(rest.get(..tag)?);
            return ends.then(|| (token.start, text.len() - tag));
        }
        after_as = depth == 0 && token.is("AS");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_a_client_may_misread_is_a_string() {
        let quoted =
            |text: &str, mode: &str| with_quoted_body(text.into(), mode.as_bytes()).to_string();
        let head = "CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT USING (`l` AS `$$`) \
                    COMMENT 'AS $$' AS ";
        let text = format!("{head}$x$ return '\\n'; $x$");
        assert_eq!(quoted(&text, ""), format!("{head}' return ''\\\\n''; '"));
        assert_eq!(
            quoted(&text, "NO_BACKSLASH_ESCAPES"),
            format!("{head}' return ''\\n''; '")
        );
        let plain = format!("{head}$x$ return 1 + $y $x$");
        assert_eq!(quoted(&plain, ""), plain);
        let sql = "CREATE FUNCTION `f`() RETURNS int RETURN 'AS $$'";
        assert_eq!(quoted(sql, ""), sql);
    }
}
