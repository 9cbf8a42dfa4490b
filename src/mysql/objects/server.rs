//! What `CREATE SERVER` made, for FEDERATED, SPIDER and the like, its password in plain text as the
//! server keeps it. Catalog: `mysql.servers`.

use std::fmt;

use bstr::BString;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

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
        let mut options = kept(row.bytes("more")?)?;
        let is_kept = !options.is_empty();
        for (option, column) in OPTIONS.into_iter().filter(|_| !is_kept) {
            let value: BString = row.owned(column)?;
            // one is asked for at least, by MariaDB this one
            let default = match option {
                "HOST" => false,
                "PORT" => value == "0",
                _ => value.is_empty(),
            };
            options.extend((!default).then(|| (option.to_owned(), value)));
        }
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
            text = text.words(comma);
            text = match is_known(option) {
                true => text.words(option),
                false => text.ident(option.as_bytes()),
            };
            text = match option.eq_ignore_ascii_case("PORT") {
                true => text.words(" ").raw(value),
                false => text.words(" ").string(value),
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

fn is_known(name: &str) -> bool {
    let mut all = OPTIONS.iter();
    all.any(|(option, _)| option.eq_ignore_ascii_case(name))
}

/// The options as MariaDB keeps them: as JSON, in the order and case in which they were given.
fn kept(json: &[u8]) -> Result<Vec<(String, BString)>> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    let Ordered(all) = serde_json::from_slice(json).map_err(|error| {
        Error::new(ErrorKind::Hostile, "the options of a server are not JSON").cause(error)
    })?;
    let mut kept = Vec::new();
    for (name, value) in all {
        match value.as_str() {
            Some(value) => kept.push((name, value.into())),
            None => {
                let message = format!("a server's option {name} is no string");
                return Err(Error::new(ErrorKind::Unsupported, message));
            }
        }
    }
    Ok(kept)
}

/// The members of a JSON object in their order.
struct Ordered(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Ordered, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Ordered(all))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn options_keep_their_order_and_case() {
        let all = kept(br#"{"remote_table": "t'x", "Host": "h", "a b": ""}"#).unwrap();
        let wanted = [("remote_table", "t'x"), ("Host", "h"), ("a b", "")];
        let wanted = wanted.map(|(name, value)| (name.to_owned(), value.into()));
        assert_eq!(all, wanted);
        assert!(kept(br#"{"a": 1}"#).is_err() && kept(b"").unwrap().is_empty());
    }
}
