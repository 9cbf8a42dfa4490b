//! Keeps the mysql client's hands off a stored program. The client takes comments out where
//! `--comments` is not given, puts a space behind each that has none, and drops a backslash at the end of
//! a line within a string. What it takes for a quoted string it sends as it is: so a quote is opened for it,
//! and closed at the end, in executable comments of a version that no server has, which the server skips:
//!
//! ```text
//! CREATE /*!999999 ` */ DEFINER=`a`@`b` PROCEDURE `p`() SELECT 1/* one */+1
//! /*!999999 ` */
//! ```

use std::borrow::Cow;

use memchr::memmem;

/// What the client may change.
const TOUCHED: [&[u8]; 4] = [b"/*", b"#", b"--", b"\\\n"];

/// The client's word; it reads it anywhere outside of quotes.
const COMMAND: &[u8] = b"delimiter";

/// The statement as it is to stand in a script. Where no quote does, it stays what it is.
pub(super) fn kept(text: &[u8]) -> Cow<'_, [u8]> {
    let touched = TOUCHED
        .iter()
        .any(|mark| memmem::find(text, mark).is_some());
    let rest = text.strip_prefix(b"CREATE ").filter(|_| touched);
    // In backticks a backslash is one.
    let quotes = rest.and_then(|rest| {
        b"`\"'"
            .iter()
            .find_map(|quote| Some((rest, *quote, last(rest, *quote)?)))
    });
    let Some((rest, first, last)) = quotes else {
        return Cow::Borrowed(text);
    };
    let mark = |quote: u8| [b"/*!999999 ", &[quote][..], b" */"].concat();
    [b"CREATE ", &mark(first)[..], b" ", rest, b"\n", &mark(last)]
        .concat()
        .into()
}

/// Where the client, in a string by this quote, passes all of the text on: the quote that it is in at its end.
fn last(text: &[u8], quote: u8) -> Option<u8> {
    let (mut within, mut at) = (Some(quote), 0);
    while let Some(byte) = text.get(at) {
        // some character sets have characters that end with such a byte
        let of_character = at > 0 && text.get(at - 1).is_some_and(|before| !before.is_ascii());
        let next = text.get(at + 1);
        match (byte, within) {
            (b'\'' | b'"' | b'`', None) if !of_character => within = Some(*byte),
            (_, Some(quote)) if *byte == quote && !of_character => within = None,
            (b'\'' | b'"' | b'`', None) => return None,
            (_, Some(quote)) if *byte == quote => return None,
            (b'\\', Some(b'`')) => {}
            (b'\\', Some(quote)) if next.is_some_and(|next| *next != b'\n' && *next != quote) => {
                at += 1;
            }
            (b'\\', _) | (b'#' | b'/' | b'*' | b';', None) => return None,
            (b'-', None) if next == Some(&b'-') => return None,
            (b'd' | b'D', None) if is_command(text.get(at..).unwrap_or_default()) => return None,
            _ => {}
        }
        at += 1;
    }
    within
}

fn is_command(text: &[u8]) -> bool {
    let word = text.get(..COMMAND.len());
    word.is_some_and(|word| word.eq_ignore_ascii_case(COMMAND))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        String::from_utf8_lossy(&kept(text.as_bytes())).into_owned()
    }

    #[test]
    fn what_the_client_would_not_touch_stays() {
        for text in ["CREATE PROCEDURE `p`() SELECT '\\n' - 1", "SELECT 1/**/+1"] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_quote_is_opened_that_all_of_the_text_lies_in() {
        for (quote, text) in [
            ('`', "PROCEDURE `p`() SELECT 'a', \"b\"/* it's */+1"),
            ('`', "PROCEDURE `p`() SELECT 'a\\\nb'"),
            ('"', "PROCEDURE `a#b`() SELECT 'x' -- it`s\n"),
            ('\'', "PROCEDURE `a#b`() SELECT \"x;\" -- it`s\n"),
            ('"', "PROCEDURE `\u{e9}`() SELECT 'a\\'' /* one */"),
        ] {
            let wanted = format!("CREATE /*!999999 {quote} */ {text}\n/*!999999 {quote} */");
            assert_eq!(shown(&format!("CREATE {text}")), wanted);
        }
        let text = "PROCEDURE `a\"b`(`a\"b` INT) SELECT `a\"b`/* a\"b */+1";
        let wanted = format!("CREATE /*!999999 \" */ {text}\n/*!999999 ` */");
        assert_eq!(shown(&format!("CREATE {text}")), wanted);
        let text = "PROCEDURE `a\"b`() SELECT 1/**/+1";
        let wanted = format!("CREATE /*!999999 ` */ {text}\n/*!999999 \" */");
        assert_eq!(shown(&format!("CREATE {text}")), wanted);
    }

    #[test]
    fn where_no_quote_does_the_text_stays() {
        for text in [
            "CREATE PROCEDURE `a#b`() SELECT '#', \"#\" -- it`s",
            "CREATE PROCEDURE `a\\b`() SELECT \"#\", '#' # one",
            "CREATE PROCEDURE `delimiter`() SELECT 'a\\\n' + \"\\\n\"",
        ] {
            assert_eq!(shown(text), text);
        }
    }
}
