//! Extended statistics. Catalog: pg_statistic_ext. Not here: the statistics themselves.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A statistics object.
#[derive(Debug, Clone)]
pub struct ExtendedStatistics {
    named: Named,
    table_oid: u32,
    definition: BString,
    target: Option<i32>,
}

impl Object for ExtendedStatistics {
    const NAME: &'static str = "extended_statistics";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        let target = "CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END";
        Some(
            Select::from(
                "pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n \
                 ON n.oid = s.stxnamespace JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid",
            )
            .col("oid", "s.oid")
            .col("table_oid", "c.oid")
            .col("schema", "n.nspname")
            .col("name", "s.stxname")
            .col("owner", "pg_catalog.pg_get_userbyid(s.stxowner)")
            .col("definition", "pg_catalog.pg_get_statisticsobjdef(s.oid)")
            .col_if(caps.stxstattarget(), "target", target, "NULL")
            .made_by_users("s.oid", class::PG_STATISTIC_EXT)
            // The server lists none of an extension's table as the extension's members.
            .of_user_relation("c")
            .in_user_schema("s.stxnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let named = Named::decode(row)?;
        let what = || cat!["the statistics object ", &named.name];
        Ok(Self {
            table_oid: row.num("table_oid")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            target: row.opt_num("target")?,
            named,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_STATISTIC_EXT)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("STATISTICS", self.named.quoted()))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.table_oid))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        sql.push(self.definition.clone());
        if let Some(target) = self.target {
            let alter = cat!["ALTER STATISTICS ", &name];
            sql.push(cat![alter, " SET STATISTICS ", target.to_string()]);
        }
        sql.drop_with(cat!["DROP STATISTICS ", name]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_set_afterwards() {
        let statistics = ExtendedStatistics {
            named: Named {
                oid: 1,
                schema: Some("public".into()),
                name: "s".into(),
                owner: Some("o".into()),
            },
            table_oid: 2,
            definition: "CREATE STATISTICS public.s ON a, b FROM public.t".into(),
            target: Some(0),
        };
        let mut sql = Sql::default();
        statistics.render(&mut sql);
        assert_eq!(
            sql.create[1].text,
            "ALTER STATISTICS public.s SET STATISTICS 0"
        );
    }
}
