//! `${NAME}` in values: the environment variable's value. `$${` is a literal `${`. Pure.

use crate::env::Env;
use crate::error::{Error, Kind, Result};

/// Replaces references; `key` names the place in messages. A variable that is not set is an error:
/// an empty password or path would go wrong later and further from its cause.
pub(super) fn expand(text: &str, key: &str, env: &Env) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, after) = (&rest[..start], &rest[start + 2..]);
        if let Some(literal) = before.strip_suffix('$') {
            out.push_str(literal);
            out.push_str("${");
            rest = after;
            continue;
        }
        out.push_str(before);
        let (name, after) = after
            .split_once('}')
            .ok_or_else(|| wrong(key, "a ${ without its }"))?;
        out.push_str(value(name, key, env)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn value<'a>(name: &str, key: &str, env: &'a Env) -> Result<&'a str> {
    match env.vars.get(std::ffi::OsStr::new(name)) {
        None => Err(
            wrong(key, &format!("${{{name}}}, which is not set")).hint(format!(
                "Set the environment variable {name}, or write $${{ for a plain ${{."
            )),
        ),
        Some(value) => value
            .to_str()
            .ok_or_else(|| wrong(key, &format!("${{{name}}}, whose value is not UTF-8"))),
    }
}

fn wrong(key: &str, what: &str) -> Error {
    Error::new(Kind::Config, format!("{key} holds {what}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn replaces_references() {
        let mut env = Env::read();
        env.vars = [("HOST".into(), "db1".into())].into();
        assert_eq!(
            expand("a ${HOST}:1 $${x} $y", "url", &env).unwrap(),
            "a db1:1 ${x} $y"
        );
        for (text, part) in [
            ("${NONE}", "NONE}, which is not set"),
            ("${HOST", "without its }"),
        ] {
            let error = expand(text, "target[0].url", &env).unwrap_err();
            assert!(error.line().contains(part), "{error}");
            assert!(error.line().starts_with("target[0].url holds"));
        }
    }
}
