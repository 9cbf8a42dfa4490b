//! What `CREATE SERVER` made, for FEDERATED, SPIDER and the like, its password in plain text as the
//! server keeps it. Catalog: `mysql.servers`.

use bstr::BString;

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::objects::{Found, Object, Rendered};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Row;

/// Options and the columns that hold them.
const OPTIONS: [(&str, &str); 7] = [
    ("USER", "username"),
    ("HOST", "host"),
    ("DATABASE", "db"),
    ("OWNER", "owner"),
    ("PASSWORD", "password"),
    ("SOCKET", "socket"),
    ("PORT", "port"),
];

/// A server to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    name: BString,
    wrapper: BString,
    options: Vec<(String, BString)>,
}

impl Object for Server {
    const NAME: &'static str = "server";
    const SECTION: Section = Section::Globals;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let mut select = Select::from("mysql.servers").cols(&["server_name", "wrapper"]);
        for (_, column) in OPTIONS {
            select = select.cols(&[column]);
        }
        let more = scope.caps.server_options();
        let select = select.col_if(more, "more", "COALESCE(options, '')", "''");
        Found::Query(select.order("server_name"))
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let mut options = Vec::new();
        for (option, column) in OPTIONS {
            let value: BString = row.owned(column)?;
            // one is asked for at least, by MariaDB this one
            let default = match option {
                "HOST" => false,
                "PORT" => value == "0",
                _ => value.is_empty(),
            };
            options.extend((!default).then(|| (option.to_owned(), value)));
        }
        options.extend(others(row.bytes("more")?)?);
        Ok(Self {
            name: row.owned("server_name")?,
            wrapper: row.owned("wrapper")?,
            options,
        })
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut text = Text::new("CREATE SERVER ")
            .ident(&self.name)
            .words(" FOREIGN DATA WRAPPER ")
            .ident(&self.wrapper)
            .words(" OPTIONS (");
        for (at, (option, value)) in self.options.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            text = text.words(&format!("{comma}{option} "));
            text = match option.as_str() {
                "PORT" => text.raw(value),
                _ => text.string(value),
            };
        }
        let drop: BString = Text::new("DROP SERVER IF EXISTS ").ident(&self.name).into();
        let mut sql = Sql::default();
        sql.push(drop.clone());
        sql.server_text(&format!("server {}", self.name), &text.words(")").into())?;
        sql.drop_with(drop);
        Ok(Rendered::Sql(sql))
    }
}

/// Options that have no column of their own (MariaDB keeps all of them as JSON).
fn others(json: &[u8]) -> Result<Vec<(String, BString)>> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let all: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(json).map_err(|error| {
            Error::new(ErrorKind::Hostile, "the options of a server are not JSON").cause(error)
        })?;
    let known = |name: &String| {
        OPTIONS
            .iter()
            .any(|(option, _)| option.eq_ignore_ascii_case(name))
    };
    let word = |name: &String| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let mut more = Vec::new();
    for (name, value) in all.into_iter().filter(|(name, _)| !known(name)) {
        match value.as_str() {
            Some(value) if word(&name) => more.push((name, value.into())),
            _ => {
                let message = format!("a server's option {name} is no word with a string");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    Ok(more)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn options_without_a_column_are_kept() {
        let more = others(br#"{"HOST": "h", "remote_table": "t'x"}"#).unwrap();
        assert_eq!(more, [("remote_table".to_owned(), "t'x".into())]);
        assert!(others(br#"{"a b": "x"}"#).is_err() && others(b"").unwrap().is_empty());
    }
}
