//! Rules, but for those that are a view's query. Catalog: pg_rewrite.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    oid: u32,
    table_oid: u32,
    schema: BString,
    table_name: BString,
    name: BString,
    definition: BString,
    firing: Option<&'static str>,
}

/// When a rule or a trigger fires, where that is not as usual: the word in `ALTER TABLE`
/// (pg_rewrite.ev_enabled, pg_trigger.tgenabled, pg_event_trigger.evtenabled).
#[must_use]
pub fn firing(letter: u8) -> Option<&'static str> {
    match letter {
        b'D' => Some("DISABLE"),
        b'R' => Some("ENABLE REPLICA"),
        b'A' => Some("ENABLE ALWAYS"),
        _ => None,
    }
}

impl Object for Rule {
    const NAME: &'static str = "rule";
    const SECTION: Section = Section::PostData;

    fn query(_caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
                 JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
            )
            .col("oid", "r.oid")
            .col("table_oid", "c.oid")
            .col("schema", "n.nspname")
            .col("table_name", "c.relname")
            .col("name", "r.rulename")
            .col("definition", "pg_catalog.pg_get_ruledef(r.oid)")
            .col("enabled", "r.ev_enabled")
            .filter("r.ev_type <> '1'")
            .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the rule ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            table_oid: row.num("table_oid")?,
            schema: row.owned("schema")?,
            table_name: row.owned("table_name")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            firing: firing(row.letter("enabled")?),
            name,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_REWRITE, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.table_name.clone(),
            detail: self.name.clone(),
            owner: None,
        }
    }

    fn reference(&self) -> Option<Reference> {
        let table = qualified(&self.schema, &self.table_name);
        let name = cat![ident(&self.name), " ON ", table];
        Some(Reference::comment_only("RULE", name))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.table_oid))
    }

    fn render(&self, sql: &mut Sql) {
        let table = qualified(&self.schema, &self.table_name);
        let name = ident(&self.name);
        self.create(&table, sql);
        if let Some(firing) = self.firing {
            sql.push(cat!["ALTER TABLE ", &table, " ", firing, " RULE ", &name]);
        }
        sql.drop_with(cat!["DROP RULE ", name, " ON ", table]);
    }
}

impl Rule {
    /// The name of a view's query can be given to another rule by renaming it alone.
    fn create(&self, table: &BString, sql: &mut Sql) {
        if self.name != RESERVED {
            return sql.push(self.definition.clone());
        }
        let (own, other) = (format!("\"{RESERVED}\""), format!("\"{RESERVED}_\""));
        sql.push(self.definition.replacen(&own, &other, 1));
        sql.push(cat![
            "ALTER RULE ",
            &other,
            " ON ",
            table,
            " RENAME TO ",
            own
        ]);
    }
}

/// What every view's query is called.
const RESERVED: &str = "_RETURN";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_is_off_stays_off() {
        let rule = Rule {
            oid: 1,
            table_oid: 2,
            schema: "public".into(),
            table_name: "t".into(),
            name: "R".into(),
            definition: "CREATE RULE \"R\" AS ON DELETE TO public.t DO INSTEAD NOTHING".into(),
            firing: firing(b'D'),
        };
        let mut sql = Sql::default();
        rule.render(&mut sql);
        assert_eq!(
            sql.create[1].text,
            "ALTER TABLE public.t DISABLE RULE \"R\""
        );
        assert_eq!(sql.drop[0].text, "DROP RULE \"R\" ON public.t");
    }
}
