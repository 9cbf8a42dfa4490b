//! Extended statistics. Catalog: pg_statistic_ext. Not here: the statistics themselves.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat, server_sql};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A statistics object.
#[derive(Debug, Clone)]
pub struct ExtendedStatistics {
    oid: u32,
    table_oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
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
            .in_user_schema("s.stxnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name = row.owned("name")?;
        let what = || cat!["the statistics object ", &name];
        Ok(Self {
            oid: row.num("oid")?,
            table_oid: row.num("table_oid")?,
            schema: row.owned("schema")?,
            owner: row.owned("owner")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            target: row.opt_num("target")?,
            name,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_STATISTIC_EXT, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        }
    }

    fn reference(&self) -> Option<Reference> {
        let name = qualified(&self.schema, &self.name);
        Some(Reference::owned("STATISTICS", name))
    }

    fn table(&self) -> Option<Address> {
        Some(Address::new(class::PG_CLASS, self.table_oid))
    }

    fn render(&self, sql: &mut Sql) {
        let name = qualified(&self.schema, &self.name);
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
            oid: 1,
            table_oid: 2,
            schema: "public".into(),
            name: "s".into(),
            owner: "o".into(),
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
