//! FULLTEXT indexes of InnoDB tables that number their documents themselves (a column FTS_DOC_ID).
//! With such an index MySQL refuses numbers that lie far from one another; without it takes any: so
//! it is made after the rows. One a statement: the server makes no more at once. Catalog: `SHOW CREATE TABLE`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::inventory::Relation;
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scan::{Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::Rows;

/// The FULLTEXT indexes of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FulltextIndex {
    table: BString,
    definitions: Vec<BString>,
}

impl Object for FulltextIndex {
    const NAME: &'static str = "fulltext_index";
    const SECTION: Section = Section::PostData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.caps.is_mariadb() {
            return Found::Nothing;
        }
        Found::Relations(Relation::is_table, |relation, scope| {
            let wanted = numbers_documents(relation, scope) && scope.wants_relation(&relation.name);
            wanted.then(|| Self {
                table: relation.name.clone(),
                definitions: Vec::new(),
            })
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        vec![Text::new("SHOW CREATE TABLE ").ident(&self.table).into()]
    }

    fn define(&mut self, answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        let text = shown(&only(answers)?, "Create Table", "SELECT on the database")?;
        self.definitions = split(&text).1;
        Ok(())
    }

    fn stays(&self) -> bool {
        !self.definitions.is_empty()
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
        for definition in &self.definitions {
            let alter = Text::new("ALTER TABLE ").ident(&self.table).words(" ADD ");
            let text = alter.raw(definition).into();
            sql.server_text(&format!("table {}", self.table), &text)?;
        }
        Ok(Rendered::Sql(sql))
    }
}

/// Whether the table's FULLTEXT indexes are made after its rows.
pub(super) fn numbers_documents(relation: &Relation, scope: &Scope<'_>) -> bool {
    !scope.caps.is_mariadb()
        && relation.is_table()
        && relation.has_engine(&["InnoDB"])
        && relation
            .columns
            .iter()
            .any(|column| column.name == "FTS_DOC_ID")
}

/// A `CREATE TABLE` without its FULLTEXT indexes, and these.
pub(super) fn split(text: &[u8]) -> (BString, Vec<BString>) {
    let (mut depth, mut part, mut parts) = (0_i32, None, Vec::new());
    let mut before: Option<Token<'_>> = None;
    for token in tokens(text, Quoting::default()) {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        let ends = (depth == 1 && token.is_mark(b',')) || depth == 0;
        if let (true, Some((comma, start))) = (ends, part) {
            parts.push((comma, start, token.start));
            part = None;
        }
        let comma = before.filter(|mark| depth == 1 && mark.is_mark(b','));
        if let (Some(comma), true) = (comma, token.is("FULLTEXT")) {
            part = Some((comma.start, token.start));
        }
        before = Some(token);
    }
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let (mut out, mut from, mut found) = (Vec::new(), 0, Vec::new());
    for (comma, start, end) in parts {
        out.extend_from_slice(slice(from, comma));
        let definition = slice(start, end).trim_ascii_end();
        from = start + definition.len();
        found.push(definition.into());
    }
    out.extend_from_slice(slice(from, text.len()));
    (out.into(), found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indexes_are_taken_out() {
        let text = "CREATE TABLE `t` (\n  `FULLTEXT` text,\n  `FTS_DOC_ID` bigint unsigned NOT NULL,\n  \
                    KEY `a` (`b`(9)),\n  FULLTEXT KEY `k` (`t`) COMMENT 'a,b',\n  FULLTEXT KEY `l` (`t`,`u`) \
                    /*!50100 WITH PARSER `ngram` */ ,\n  CONSTRAINT `c` CHECK ((`t` <> _utf8mb4'x'))\n) ENGINE=InnoDB";
        let (rest, found) = split(text.as_bytes());
        assert_eq!(
            found,
            [
                "FULLTEXT KEY `k` (`t`) COMMENT 'a,b'",
                "FULLTEXT KEY `l` (`t`,`u`) /*!50100 WITH PARSER `ngram` */"
            ]
        );
        assert!(rest.starts_with(b"CREATE TABLE `t` (\n  `FULLTEXT` text,\n  `FTS_DOC_ID` bigint unsigned NOT NULL,\n  KEY `a` (`b`(9))"));
        assert!(
            rest.ends_with(b",\n  CONSTRAINT `c` CHECK ((`t` <> _utf8mb4'x'))\n) ENGINE=InnoDB")
        );
        let (same, none) = split(b"CREATE TABLE `t` (\n  `a` int\n)");
        assert_eq!(
            (same, none.len()),
            ("CREATE TABLE `t` (\n  `a` int\n)".into(), 0)
        );
    }
}
