//! Publications. Catalog: pg_publication. Their tables and schemas are entries of their own.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// A publication.
#[derive(Debug, Clone)]
pub struct Publication {
    named: Named,
    all_tables: bool,
    publish: Vec<&'static str>,
    via_root: bool,
    generated: bool,
}

const ACTIONS: &[(&str, &str)] = &[
    ("pubinsert", "insert"),
    ("pubupdate", "update"),
    ("pubdelete", "delete"),
    ("pubtruncate", "truncate"),
];

impl Object for Publication {
    const NAME: &'static str = "publication";
    const SECTION: Section = Section::PostData;

    fn query(caps: &Caps) -> Option<Select> {
        Some(
            Select::from("pg_catalog.pg_publication p")
                .col("oid", "p.oid")
                .col("schema", "NULL")
                .col("name", "p.pubname")
                .col("owner", "pg_catalog.pg_get_userbyid(p.pubowner)")
                .col("all_tables", "p.puballtables")
                .col("pubinsert", "p.pubinsert")
                .col("pubupdate", "p.pubupdate")
                .col("pubdelete", "p.pubdelete")
                .col_if(caps.pubtruncate(), "pubtruncate", "p.pubtruncate", "false")
                .col_if(caps.pubviaroot(), "via_root", "p.pubviaroot", "false")
                .col_if(
                    caps.pubgencols(),
                    "generated",
                    "p.pubgencols = 's'",
                    "false",
                )
                .made_by_users("p.oid", class::PG_PUBLICATION),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let mut publish = Vec::new();
        for (column, action) in ACTIONS {
            if row.bool(column)? {
                publish.push(*action);
            }
        }
        Ok(Self {
            named: Named::decode(row)?,
            all_tables: row.bool("all_tables")?,
            publish,
            via_root: row.bool("via_root")?,
            generated: row.bool("generated")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_PUBLICATION)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned("PUBLICATION", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        let all = if self.all_tables {
            " FOR ALL TABLES"
        } else {
            ""
        };
        let mut options: Vec<BString> = vec![cat!["publish = '", join(&self.publish, ", "), "'"]];
        if self.via_root {
            options.push("publish_via_partition_root = true".into());
        }
        if self.generated {
            options.push("publish_generated_columns = stored".into());
        }
        sql.push(cat![
            "CREATE PUBLICATION ",
            &name,
            all,
            " WITH (",
            join(options, ", "),
            ")"
        ]);
        sql.drop_with(cat!["DROP PUBLICATION ", name]);
    }
}
