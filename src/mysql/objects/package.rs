//! MariaDB's packages and their bodies. Catalog: `information_schema.routines`, `SHOW CREATE`.

use bstr::BString;

use crate::error::Result;
use crate::mysql::claims::Claims;
use crate::mysql::head_words::HeadWords;
use crate::mysql::objects::routine::{query, right};
use crate::mysql::objects::{Found, Object, Reference, Rendered, only, shown};
use crate::mysql::scope::Scope;
use crate::mysql::stored::Stored;
use crate::mysql::text::{Sql, Text};
use crate::plan::entry::{Identity, Section};
use crate::sql::rows::{Row, Rows};

/// A package or its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    name: BString,
    body: bool,
    /// Whether it has a comment.
    commented: bool,
    stored: Stored,
}

impl Package {
    fn words(&self) -> &'static str {
        if self.body {
            "PACKAGE BODY "
        } else {
            "PACKAGE "
        }
    }
}

impl Object for Package {
    const NAME: &'static str = "package";
    const SECTION: Section = Section::PreData;

    fn find(scope: &Scope<'_>) -> Found<Self> {
        if scope.caps.packages() && scope.wants_rest() {
            Found::Query(query(scope, "'PACKAGE', 'PACKAGE BODY'"))
        } else {
            Found::Nothing
        }
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("routine_name")?;
        let head = HeadWords::read(row, &[&name], true)?;
        Ok(Self {
            name,
            body: row.bytes("routine_type")? == "PACKAGE BODY",
            commented: row.bool("commented")?,
            stored: Stored::listed(head),
        })
    }

    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        let show = Text::new("SHOW CREATE ").words(self.words());
        let show = show.ident(&self.name).into();
        [Some(show), self.stored.question()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn define(&mut self, answers: &[Rows], scope: &Scope<'_>) -> Result<()> {
        let row = only(answers)?;
        let column = if self.body {
            "Create Package Body"
        } else {
            "Create Package"
        };
        let text = shown(&row, column, right(scope))?;
        self.stored.decode(&row, text, answers)?;
        if self.commented {
            self.stored.mend_comment();
        }
        Ok(())
    }

    fn claim(&self, _scope: &Scope<'_>, claims: &mut Claims) -> Result<()> {
        let object = format!("{}{}", self.words().to_lowercase(), self.name);
        self.stored.claim(&object, claims)
    }

    fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            detail: if self.body { "body" } else { "" }.into(),
            ..Identity::default()
        }
    }

    fn provides(&self) -> Option<Reference> {
        let space = if self.body { "package body" } else { "package" };
        Some(Reference::new(space, &self.name))
    }

    fn needs(&self) -> Vec<Reference> {
        let package = self.body.then(|| Reference::new("package", &self.name));
        package.into_iter().collect()
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Rendered> {
        let mut sql = Sql::default();
        let object = format!("package {}", self.name);
        self.stored.render(&object, scope, &mut sql)?;
        let drop = Text::new("DROP ").words(self.words());
        sql.drop_with(drop.ident(&self.name));
        Ok(Rendered::Sql(sql))
    }
}
