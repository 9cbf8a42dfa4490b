//! Extended statistics. Catalog: pg_statistic_ext, text from `pg_get_statisticsobjdef`.

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
    relation: u32,
    definition: BString,
    target: Option<i32>,
}

impl Object for ExtendedStatistics {
    const NAME: &'static str = "extended_statistics";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        Some(
            Select::from(
                "pg_catalog.pg_statistic_ext s \
                 JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace",
            )
            .col("oid", "s.oid")
            .col("schema", "n.nspname")
            .col("name", "s.stxname")
            .col("owner", "pg_catalog.pg_get_userbyid(s.stxowner)")
            .col("relation", "s.stxrelid")
            .col("definition", "pg_catalog.pg_get_statisticsobjdef(s.oid)")
            .col_if(caps.stxstattarget(), "target", "s.stxstattarget", "NULL")
            .made_by_users("s.oid", class::PG_STATISTIC_EXT)
            .in_user_schema("s.stxnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let named = Named::decode(row)?;
        let what = || cat!["the definition of statistics object ", named.quoted()];
        Ok(Self {
            relation: row.num("relation")?,
            definition: server_sql(row.bytes("definition")?, what)?,
            // NULL from 17 on, -1 before, where it is the default.
            target: row.opt_num("target")?.filter(|target| *target >= 0),
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
        Some(Address::new(class::PG_CLASS, self.relation))
    }

    fn render(&self, sql: &mut Sql) {
        sql.push(self.definition.clone());
        if let Some(target) = self.target {
            let target = target.to_string();
            sql.push(cat![
                "ALTER STATISTICS ",
                self.named.quoted(),
                " SET STATISTICS ",
                target
            ]);
        }
        sql.drop_with(cat!["DROP STATISTICS ", self.named.quoted()]);
    }
}
