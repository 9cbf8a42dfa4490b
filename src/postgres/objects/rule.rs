//! Rules, but for those that are a view's query. Catalog: pg_rewrite.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::on_table::OnTable;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    on: OnTable,
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
        let select = Select::from(
            "pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace",
        );
        Some(
            OnTable::columns(select, "r.oid", "r.rulename")
                .col("definition", "pg_catalog.pg_get_ruledef(r.oid)")
                .col("enabled", "r.ev_enabled")
                .filter("r.ev_type <> '1'")
                .of_user_relation("c"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let on = OnTable::decode(row)?;
        let what = || cat!["the rule ", &on.name];
        Ok(Self {
            definition: server_sql(row.bytes("definition")?, what)?,
            firing: firing(row.letter("enabled")?),
            on,
        })
    }

    fn address(&self) -> Address {
        self.on.address(class::PG_REWRITE)
    }

    fn identity(&self) -> Identity {
        self.on.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(self.on.reference("RULE"))
    }

    fn table(&self) -> Option<Address> {
        Some(self.on.table_address())
    }

    fn render(&self, sql: &mut Sql) {
        let table = self.on.table();
        let name = ident(&self.on.name);
        self.create(&table, sql);
        if let Some(firing) = self.firing {
            sql.push(cat!["ALTER TABLE ", table, " ", firing, " RULE ", name]);
        }
        sql.drop_with(cat!["DROP RULE ", self.on.name_on_table()]);
    }
}

impl Rule {
    /// The name of a view's query can be given to another rule by renaming it alone.
    fn create(&self, table: &BString, sql: &mut Sql) {
        if self.on.name != RESERVED {
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
            on: OnTable {
                oid: 1,
                table_oid: 2,
                schema: "public".into(),
                table_name: "t".into(),
                name: "R".into(),
            },
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
