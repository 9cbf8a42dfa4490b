//! Views, in the order in which they use one another: a stand-in would lose CHECK OPTION and
//! updatability. Catalog: `information_schema.tables`, `SHOW CREATE VIEW`.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::mysql::around::Around;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::quote::{ident, unquote_ident};
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    name: BString,
    create: BString,
    charset: BString,
    collation: BString,
    /// Tables and views of this database that its text may read from.
    reads: Vec<BString>,
    /// Those of them that are views.
    views: Vec<BString>,
}

impl Object for View {
    const NAME: &'static str = "view";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        let views = scope.relations.iter();
        let wanted = views.filter(|relation| {
            relation.table_type == "VIEW" && scope.wants_relation(&relation.name)
        });
        let view = wanted.map(|relation| Self {
            name: relation.name.clone(),
            ..Self::default()
        });
        Found::Listed(view.collect())
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.owned("table_name")?,
            ..Self::default()
        })
    }

    fn show(&self) -> Option<BString> {
        Some(Text::new("SHOW CREATE VIEW ").ident(&self.name).into())
    }

    fn define(&mut self, rows: &Rows, scope: &Scope<'_>) -> Result<()> {
        let row = only(rows)?;
        self.create = shown(&row, "Create View", "SHOW VIEW on the database")?;
        self.charset = row.owned("character_set_client")?;
        self.collation = row.owned("collation_connection")?;
        self.reads = reads(&self.create, &scope.database);
        Ok(())
    }

    fn link(views: &mut Vec<Self>) {
        let names: HashSet<BString> = views.iter().map(|view| view.name.clone()).collect();
        for view in views.iter_mut() {
            let reads = view.reads.iter();
            view.views = reads
                .filter(|name| names.contains(*name) && **name != view.name)
                .cloned()
                .collect();
        }
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        Some(Reference::relation(&self.name))
    }

    fn needs(&self) -> Vec<Reference> {
        let names = self.reads.iter().filter(|name| **name != self.name);
        names.map(|name| Reference::relation(name)).collect()
    }

    fn render(&self, _scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        Around::default()
            .set("character_set_client", self.charset.as_bstr())
            .set("collation_connection", self.collation.as_bstr())
            .render(&mut sql, |sql| sql.push(self.create.clone()));
        sql.drop_with(Text::new("DROP VIEW IF EXISTS ").ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}

/// The relations of this database that a view's text reads from. The server prints each behind
/// `from`, `join` or a bracket, columns always with their table before them.
fn reads(text: &[u8], database: &[u8]) -> Vec<BString> {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let own = ident(database);
    let mut found: Vec<BString> = Vec::new();
    for (at, before) in all.iter().enumerate() {
        let opens = before.is_mark(b'(') || before.is_mark(b',');
        if !(opens || before.is("from") || before.is("join") || before.is("straight_join")) {
            continue;
        }
        let mut rest = all.get(at + 1..).unwrap_or_default();
        while let [open, tail @ ..] = rest
            && open.is_mark(b'(')
        {
            rest = tail;
        }
        if let Some(name) = relation_name(rest, &own)
            && !found.contains(&name)
        {
            found.push(name);
        }
    }
    found
}

fn relation_name(tokens: &[Token<'_>], own: &[u8]) -> Option<BString> {
    let name = match tokens {
        [schema, dot, name, next, ..]
            if schema.text == own && dot.is_mark(b'.') && !next.is_mark(b'.') =>
        {
            name
        }
        [schema, dot, name] if schema.text == own && dot.is_mark(b'.') => name,
        [name, dot, ..] if dot.is_mark(b'.') => {
            let _ = name;
            return None;
        }
        [name, ..] => name,
        [] => return None,
    };
    if name.kind != Kind::Ident {
        return None;
    }
    unquote_ident(name.text).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_behind_from_join_and_brackets() {
        let text = b"CREATE VIEW `v` AS select `a`.`x` AS `x`,`m`.`b`.`y` AS `y` from ((`a` join \
                     `m`.`b` `z` on(`a`.`x` = `z`.`y`)) left join `other`.`c` on(1)) where \
                     `a`.`x` in (select `d`.`q` from `d`)";
        assert_eq!(reads(text, b"m"), ["a", "b", "d"]);
    }
}
