//! A statement's tokens, and the changes to it.

use bstr::{BString, ByteSlice as _};

use crate::mysql::scan::{Kind, Quoting, Token, tokens};

/// Changes to one statement, each with what is said of it.
pub(super) struct Edits<'a> {
    /// The statement.
    pub(super) text: &'a [u8],
    /// Its tokens; those in executable comments too.
    pub(super) tokens: Vec<Token<'a>>,
    edits: Vec<(usize, usize, Vec<u8>)>,
    said: Vec<String>,
}

impl<'a> Edits<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self {
            text,
            tokens: tokens(text, Quoting::default()).collect(),
            edits: Vec::new(),
            said: Vec::new(),
        }
    }

    /// Begins with this word.
    pub(super) fn begins(&self, word: &str) -> bool {
        self.tokens.first().is_some_and(|token| token.is(word))
    }

    /// Replaces a stretch, in silence where it means the same.
    pub(super) fn put(&mut self, start: usize, end: usize, new: impl Into<Vec<u8>>) {
        self.edits.push((start, end, new.into()));
    }

    /// Replaces a stretch and says it.
    pub(super) fn change(&mut self, start: usize, end: usize, new: &str) {
        let old = self.text.get(start..end).unwrap_or_default();
        let old = old.to_str_lossy();
        self.said.push(match new.trim() {
            "" => format!("left out {}", old.trim()),
            new => format!("{} became {new}", old.trim()),
        });
        self.put(start, end, new);
    }

    /// Says something.
    pub(super) fn say(&mut self, what: &str) {
        self.said.push(what.to_owned());
    }

    /// Takes out each line for which `unwanted` holds: `SHOW CREATE TABLE` has a column, key or
    /// constraint on each. The comma before the last one goes with it.
    pub(super) fn without_lines(&mut self, unwanted: impl Fn(&[u8]) -> bool) {
        let mut start = 0;
        // where the text ends that is kept, without its comma
        let mut kept = 0;
        for line in self.text.lines_with_terminator() {
            let end = start + line.len();
            let bare = line.trim_end_with(|c| c == '\n');
            let inner = bare.trim_end_with(|c| c == ',');
            if !line.starts_with(b"  ") || !unwanted(bare) {
                kept = start + inner.len();
            } else if inner.len() < bare.len() {
                self.leave_out(inner, (start, end));
            } else {
                self.leave_out(inner, (kept, start + bare.len()));
            }
            start = end;
        }
    }

    fn leave_out(&mut self, line: &[u8], (start, end): (usize, usize)) {
        self.say(&format!("left out {}", line.trim().to_str_lossy()));
        self.put(start, end, "");
    }

    /// The changed text, if anything changed, and what is said.
    pub(super) fn finish(mut self) -> (Option<BString>, Vec<String>) {
        if self.edits.is_empty() {
            return (None, self.said);
        }
        self.edits
            .sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        let (mut out, mut from) = (Vec::new(), 0);
        for (start, end, new) in self.edits {
            // what lies in a stretch that is replaced already is gone with it
            if start < from {
                from = from.max(end);
                continue;
            }
            out.extend_from_slice(self.text.get(from..start).unwrap_or_default());
            out.extend_from_slice(&new);
            from = end;
        }
        out.extend_from_slice(self.text.get(from..).unwrap_or_default());
        (Some(out.into()), self.said)
    }
}

/// A name of a collation or character set: a word, or in a `SET` a literal.
pub(super) fn name<'t>(token: &Token<'t>) -> Option<&'t str> {
    let text = match token.kind {
        Kind::Word => token.text,
        Kind::Literal => token.text.get(1..token.text.len().checked_sub(1)?)?,
        _ => return None,
    };
    std::str::from_utf8(text).ok()
}

/// The executable comments of a text: begin, version, inside, end.
pub(super) struct Comment {
    pub(super) start: usize,
    pub(super) version: u32,
    pub(super) inside: (usize, usize),
    pub(super) end: usize,
}

/// Those of this sort, `!` or `M!`, outside of quotes.
pub(super) fn comments(edits: &Edits<'_>, open: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut from = 0;
    let ends = edits.tokens.iter().map(|token| (token.start, token.end()));
    for (start, end) in ends.chain([(edits.text.len(), edits.text.len())]) {
        let gap = edits.text.get(from..start).unwrap_or_default();
        if let Some(at) = gap.find(open) {
            found.extend(comment(edits, from + at, open));
        }
        from = end;
    }
    found
}

fn comment(edits: &Edits<'_>, start: usize, open: &str) -> Option<Comment> {
    let rest = edits.text.get(start + open.len()..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let version = std::str::from_utf8(rest.get(..digits)?)
        .ok()?
        .parse()
        .ok()?;
    let begin = start + open.len() + digits;
    // the inside of a comment of the server's own making has no other comment in it
    let inside = edits.text.get(begin..)?.find("*/")?;
    Some(Comment {
        start,
        version,
        inside: (begin, begin + inside),
        end: begin + inside + 2,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn without(text: &str, word: &str) -> String {
        let mut edits = Edits::of(text.as_bytes());
        edits.without_lines(|line| line.contains_str(word));
        edits.finish().0.unwrap().to_string()
    }

    #[test]
    fn lines_go_with_their_commas() {
        let text = "CREATE TABLE `t` (\n  `a` x,\n  `b` y,\n  `c` y\n) ENGINE=InnoDB";
        assert_eq!(
            without(text, "x"),
            "CREATE TABLE `t` (\n  `b` y,\n  `c` y\n) ENGINE=InnoDB"
        );
        assert_eq!(
            without(text, "y"),
            "CREATE TABLE `t` (\n  `a` x\n) ENGINE=InnoDB"
        );
        assert_eq!(
            without(text, "`c`"),
            "CREATE TABLE `t` (\n  `a` x,\n  `b` y\n) ENGINE=InnoDB"
        );
    }

    #[test]
    fn executable_comments_are_found_outside_of_quotes() {
        let edits = Edits::of(b"a '/*!80023 b */' /*!80023 c */ d /*!50100 e */");
        let found = comments(&edits, "/*!");
        let versions: Vec<u32> = found.iter().map(|one| one.version).collect();
        assert_eq!(versions, [80_023, 50_100]);
        let (from, to) = found.first().unwrap().inside;
        assert_eq!(edits.text.get(from..to).unwrap(), b" c ");
    }
}
