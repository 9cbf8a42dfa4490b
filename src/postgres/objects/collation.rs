//! Collations. Catalog: pg_collation. Versions are not pinned: the server that is restored records
//! its own library's.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::literal;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A collation.
#[derive(Debug, Clone)]
pub struct Collation {
    named: Named,
    provider: BString,
    deterministic: bool,
    locale: Option<BString>,
    collate: Option<BString>,
    ctype: Option<BString>,
    rules: Option<BString>,
}

impl Object for Collation {
    const NAME: &'static str = "collation";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let locale = if caps.colllocale() {
            "c.colllocale"
        } else {
            "c.colliculocale"
        };
        Some(
            Select::from(
                "pg_catalog.pg_collation c \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace",
            )
            .col("oid", "c.oid")
            .col("schema", "n.nspname")
            .col("name", "c.collname")
            .col("owner", "pg_catalog.pg_get_userbyid(c.collowner)")
            .col(
                "provider",
                "CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' \
                 WHEN 'b' THEN 'builtin' ELSE 'default' END",
            )
            .col_if(
                caps.collisdeterministic(),
                "deterministic",
                "c.collisdeterministic",
                "true",
            )
            .col_if(caps.datlocprovider(), "locale", locale, "NULL")
            .col("collate", "c.collcollate")
            .col("ctype", "c.collctype")
            .col_if(caps.icu_rules(), "rules", "c.collicurules", "NULL")
            .made_by_users("c.oid", class::PG_COLLATION)
            .in_user_schema("c.collnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            provider: row.owned("provider")?,
            deterministic: row.bool("deterministic")?,
            locale: row.opt_owned("locale")?,
            collate: row.opt_owned("collate")?,
            ctype: row.opt_owned("ctype")?,
            rules: row.opt_owned("rules")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_COLLATION)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("COLLATION", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let mut options = vec![cat!["provider = ", &self.provider]];
        if !self.deterministic {
            options.push("deterministic = false".into());
        }
        options.extend(self.locales());
        if let Some(rules) = &self.rules {
            options.push(cat!["rules = ", literal(rules)]);
        }
        let name = self.named.quoted();
        sql.push(cat![
            "CREATE COLLATION ",
            &name,
            " (",
            join(options, ", "),
            ")"
        ]);
        sql.drop_with(cat!["DROP COLLATION ", name]);
    }
}

impl Collation {
    /// One locale where both are the same; before 15 ICU's stands in `collcollate`.
    fn locales(&self) -> Vec<BString> {
        if let Some(locale) = &self.locale {
            return vec![cat!["locale = ", literal(locale)]];
        }
        match (&self.collate, &self.ctype) {
            (Some(collate), Some(ctype)) if collate == ctype => {
                vec![cat!["locale = ", literal(collate)]]
            }
            (collate, ctype) => {
                let collate = collate.iter().map(|l| cat!["lc_collate = ", literal(l)]);
                let ctype = ctype.iter().map(|l| cat!["lc_ctype = ", literal(l)]);
                collate.chain(ctype).collect()
            }
        }
    }
}
