//! As much of the shell's language as a configuration of assignments and functions needs: it is read,
//! never run. Pure.

use std::collections::BTreeMap;

/// One thing that a configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A name and its value, as written.
    Assignment(String, String),
    /// A function and its body.
    Function(String, String),
    /// Anything else, as written.
    Other(String),
}

/// What a text says, each with its line.
pub(super) fn items(text: &str) -> Vec<(usize, Item)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let number = at + 1;
        let trimmed = line.trim();
        at += 1;
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some((name, rest)) = function(trimmed) {
            let (body, next) = body(rest, &lines, at);
            found.push((number, Item::Function(name.to_owned(), body)));
            at = next;
        } else if let Some((name, first)) = assignment(trimmed) {
            let (value, tail, next) = whole_value(first, &lines, at);
            found.push((number, Item::Assignment(name.to_owned(), value)));
            let tail = tail.trim_start_matches([';', ' ', '\t']);
            if !tail.is_empty() && !tail.starts_with('#') {
                found.push((number, Item::Other(tail.to_owned())));
            }
            at = next;
        } else {
            found.push((number, Item::Other(trimmed.to_owned())));
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, value) = line.split_once('=')?;
    is_name(name).then_some((name, value))
}

/// A function's name and what follows its opening brace on the same line.
fn function(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("function ").map_or(line, str::trim_start);
    let (name, rest) = line.split_once('(')?;
    let rest = rest.trim_start().strip_prefix(')')?.trim_start();
    let rest = rest.strip_prefix('{').or(rest.is_empty().then_some(""))?;
    is_name(name.trim()).then_some((name.trim(), rest))
}

/// The lines up to the brace that closes the function: alone at the beginning of a line, or the last
/// thing on the first.
fn body(rest: &str, lines: &[&str], mut at: usize) -> (String, usize) {
    if let Some(one) = rest.trim_end().strip_suffix('}') {
        return (one.trim().trim_end_matches(';').to_owned(), at);
    }
    let mut body = Vec::new();
    if !rest.trim().is_empty() {
        body.push(rest);
    }
    while let Some(line) = lines.get(at) {
        at += 1;
        match *line {
            "{" if body.is_empty() => {}
            line if line.starts_with('}') => break,
            line => body.push(line),
        }
    }
    (body.join("\n"), at)
}

/// A value with the lines that its quotes take in, and what follows it.
fn whole_value(first: &str, lines: &[&str], mut at: usize) -> (String, String, usize) {
    let mut text = first.to_owned();
    loop {
        match end_of_word(&text) {
            Some(end) => {
                let tail = text.split_off(end);
                return (text, tail, at);
            }
            None => match lines.get(at) {
                Some(line) => {
                    text.push('\n');
                    text.push_str(line);
                    at += 1;
                }
                None => return (text, String::new(), at),
            },
        }
    }
}

/// Where the first word ends; none where a quote is open still.
fn end_of_word(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') | (Some('`'), '`') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                chars.next();
            }
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '{' | '(') => depth += 1,
            (None, '}' | ')') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 && (c.is_whitespace() || c == ';') => return Some(at),
            _ => {}
        }
    }
    quote.is_none().then_some(text.len())
}

/// A value without quotes and references, where it has neither.
pub(super) fn plain(raw: &str) -> Option<String> {
    value(raw, &BTreeMap::new())
}

/// The value of a word: quotes taken off, references to what was set replaced. None where only a
/// shell could tell.
pub(super) fn value(raw: &str, known: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::new();
    let mut rest = raw;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\'' if !quoted => {
                let (text, after) = after.split_once('\'')?;
                out.push_str(text);
                after
            }
            '"' => {
                quoted = !quoted;
                after
            }
            '\\' => {
                let next = after.chars().next()?;
                out.push(next);
                &after[next.len_utf8()..]
            }
            '`' => return None,
            '$' => reference(after, known, &mut out)?,
            c => {
                out.push(c);
                after
            }
        };
    }
    Some(out)
}

/// Reads what follows a `$`: a name, or in braces one with a default.
fn reference<'a>(
    text: &'a str,
    known: &BTreeMap<String, String>,
    out: &mut String,
) -> Option<&'a str> {
    let Some(inner) = text.strip_prefix('{') else {
        let end = text
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(text.len());
        out.push_str(known.get(&text[..end])?);
        return Some(&text[end..]);
    };
    let end = closing(inner)?;
    let (name, after) = (&inner[..end], &inner[end + 1..]);
    let (name, default) = match name.split_once(":-").or_else(|| name.split_once('-')) {
        Some((name, default)) => (name, Some(default)),
        None => (name, None),
    };
    if !is_name(name) {
        return None;
    }
    match (known.get(name).filter(|value| !value.is_empty()), default) {
        (Some(set), _) => out.push_str(set),
        (None, Some(default)) => out.push_str(&value(default, known)?),
        (None, None) => return None,
    }
    Some(after)
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_shell_would() {
        let known = BTreeMap::from([("A".to_owned(), "x".to_owned())]);
        for (raw, wanted) in [
            ("plain", Some("plain")),
            ("\"a b\"c'd e'", Some("a bcd e")),
            ("${A}/$A", Some("x/x")),
            ("\"${B:-\"y z\"}\"", Some("y z")),
            ("a\\ b", Some("a b")),
            ("'$A'", Some("$A")),
            ("$(date)", None),
            ("`date`", None),
            ("$UNSET", None),
        ] {
            assert_eq!(value(raw, &known).as_deref(), wanted, "{raw}");
        }
    }

    #[test]
    fn items_are_told_apart() {
        let text = "A=1 # c\nB=\"two\nlines\"; x\nf() {\n  {\n  }\n}\ng () { echo; }\nif x; then\n";
        let mut found: Vec<Item> = items(text).into_iter().map(|(_, item)| item).collect();
        let assigned = |name: &str, raw: &str| Item::Assignment(name.to_owned(), raw.to_owned());
        assert_eq!(found[0], assigned("A", "1"));
        assert_eq!(found[1], assigned("B", "\"two\nlines\""));
        assert_eq!(found.remove(2), Item::Other("x".to_owned()));
        assert_eq!(
            found[2],
            Item::Function("f".to_owned(), "  {\n  }".to_owned())
        );
        assert_eq!(found[3], Item::Function("g".to_owned(), "echo".to_owned()));
        assert_eq!(found[4], Item::Other("if x; then".to_owned()));
    }
}
