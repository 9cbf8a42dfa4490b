//! `host=db1 password='it''s'`: pairs with blanks between them. In quotes and out of them a
//! backslash takes the next character as it is.

use std::iter::Peekable;
use std::str::Chars;

use super::parameter::Given;
use super::wrong;
use crate::error::Result;

/// Reads the pairs. A later one of the same name wins.
pub fn parse(text: &str) -> Result<Given> {
    let mut given = Given::default();
    let mut chars = text.chars().peekable();
    loop {
        skip_blanks(&mut chars);
        if chars.peek().is_none() {
            return Ok(given);
        }
        let name = name(&mut chars)?;
        let value = value(&mut chars)?;
        given.set(&name, value.into_bytes())?;
    }
}

fn skip_blanks(chars: &mut Peekable<Chars<'_>>) {
    while chars.next_if(|c| c.is_ascii_whitespace()).is_some() {}
}

fn name(chars: &mut Peekable<Chars<'_>>) -> Result<String> {
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| *c != '=' && !c.is_ascii_whitespace()) {
        name.push(c);
    }
    skip_blanks(chars);
    if chars.next_if_eq(&'=').is_none() {
        return Err(wrong(
            "the connection string has a part that is not key=value",
        ));
    }
    skip_blanks(chars);
    Ok(name)
}

fn value(chars: &mut Peekable<Chars<'_>>) -> Result<String> {
    let quoted = chars.next_if_eq(&'\'').is_some();
    let mut value = String::new();
    loop {
        match chars.next() {
            Some('\'') if quoted => return Ok(value),
            Some(c) if !quoted && c.is_ascii_whitespace() => return Ok(value),
            Some('\\') => value.extend(chars.next()),
            Some(c) => value.push(c),
            None if quoted => return Err(wrong("the connection string has a quote without end")),
            None => return Ok(value),
        }
    }
}
