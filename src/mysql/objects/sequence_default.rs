//! Defaults that take numbers of a sequence that is gone. MariaDB makes no such default, and takes no
//! row into a table that has one: so the table is made without it, and it is set after the rows, over
//! a stand-in for the sequence, which goes at once. Catalog: `information_schema.columns`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::inventory::Relation;
use crate::mysql::objects::table::without_own_database;
use crate::mysql::objects::{Found, Object, Reference, Rendered};
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};

/// One column's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    column: BString,
    /// Without its own database's name.
    default: BString,
    /// The sequences that are gone.
    sequences: Vec<BString>,
}

/// Those of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceDefault {
    table: BString,
    defaults: Vec<Lost>,
}

impl Object for SequenceDefault {
    const NAME: &'static str = "sequence_default";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if !scope.caps.is_mariadb() {
            return Found::Nothing;
        }
        Found::Relations(Relation::is_table, |relation, scope| {
            let wanted = scope.wants_relation(&relation.name);
            let defaults = if wanted {
                of(relation, scope)
            } else {
                Vec::new()
            };
            (!defaults.is_empty()).then(|| Self {
                table: relation.name.clone(),
                defaults,
            })
        })
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        for lost in &self.defaults {
            let names: Vec<String> = lost.sequences.iter().map(ToString::to_string).collect();
            claims.warn(
                format!("table {}", self.table),
                format!(
                    "the default of {} takes numbers of {}, which is gone: it is carried as it is, \
                     and no row can be added until the sequence comes back",
                    lost.column,
                    names.join(", ")
                ),
            );
        }
        Ok(())
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.table.clone(),
            ..Identity::default()
        }
    }

    fn needs(&self) -> Vec<Reference> {
        vec![Reference::relation(&self.table)]
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let mut gone: Vec<&BString> = Vec::new();
        for name in self.defaults.iter().flat_map(|lost| &lost.sequences) {
            if !gone.contains(&name) {
                gone.push(name);
            }
        }
        for name in &gone {
            sql.push(Text::new("CREATE SEQUENCE ").ident(name));
        }
        for lost in &self.defaults {
            let alter = Text::new("ALTER TABLE ").ident(&self.table);
            let alter = alter.words(" ALTER COLUMN ").ident(&lost.column);
            let alter = alter.words(" SET DEFAULT ").raw(&lost.default).into();
            sql.server_text(&format!("table {}", self.table), &alter)?;
        }
        for name in &gone {
            sql.push(Text::new("DROP SEQUENCE ").ident(name));
        }
        Ok(Rendered::Sql(sql))
    }
}

/// A table's defaults over sequences that are gone.
pub(super) fn of(relation: &Relation, scope: &Scope<'_>) -> Vec<Lost> {
    let there = |name: &BString| scope.relations.find(name).is_some();
    let columns = relation.columns.iter();
    let lost = columns.filter_map(|column| {
        let (default, mut sequences) =
            without_own_database(column.default.as_ref()?, &scope.database);
        sequences.retain(|name| !there(name));
        (!sequences.is_empty()).then(|| Lost {
            column: column.name.clone(),
            default,
            sequences,
        })
    });
    lost.collect()
}

/// A `CREATE TABLE` without these defaults; nothing where not each is found.
pub(super) fn without(text: &BString, defaults: &[Lost]) -> Option<BString> {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let (mut out, mut from) = (Vec::with_capacity(text.len()), 0);
    let (mut depth, mut found) = (0_i32, 0);
    for (at, token) in all.iter().enumerate() {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        let (true, true, Some(next)) = (depth == 1, token.is("DEFAULT"), all.get(at + 1)) else {
            continue;
        };
        let rest = text.get(next.start..).unwrap_or_default();
        let mut lost = defaults.iter();
        if let Some(lost) = lost.find(|lost| rest.starts_with(&lost.default)) {
            let head = text.get(from..token.start).unwrap_or_default();
            out.extend_from_slice(head.trim_ascii_end());
            from = next.start + lost.default.len();
            found += 1;
        }
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    (found == defaults.len()).then(|| out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_defaults_are_left_out() {
        let lost = |column: &str| Lost {
            column: column.into(),
            default: "nextval(`s`)".into(),
            sequences: vec!["s".into()],
        };
        let text = "CREATE TABLE `t` (\n  `a` int NOT NULL DEFAULT nextval(`s`) COMMENT 'DEFAULT \
                    nextval(`s`)',\n  `b` int DEFAULT nextval(`z`),\n  `c` int DEFAULT nextval(`s`)\n)";
        let left = without(&text.into(), &[lost("a"), lost("c")]);
        assert_eq!(
            left.unwrap_or_default(),
            "CREATE TABLE `t` (\n  `a` int NOT NULL COMMENT 'DEFAULT \
             nextval(`s`)',\n  `b` int DEFAULT nextval(`z`),\n  `c` int\n)"
        );
        assert_eq!(without(&text.into(), &[lost("a")]), None);
    }
}
