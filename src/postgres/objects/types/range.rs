//! Range types, with the multirange type that comes with each from 14 on. Catalogs: pg_type,
//! pg_range.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

type Name = Option<(BString, BString)>;

/// A range type.
#[derive(Debug, Clone)]
pub struct Range {
    named: Named,
    subtype: BString,
    multirange: Name,
    opclass: Name,
    collation: Name,
    canonical: Name,
    difference: Name,
}

impl Object for Range {
    const NAME: &'static str = "range";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let multirange = caps.multiranges();
        Some(
            super::select("r")
                .join_if(
                    true,
                    "JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid \
                     JOIN pg_catalog.pg_type st ON st.oid = r.rngsubtype \
                     LEFT JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc AND NOT o.opcdefault \
                     LEFT JOIN pg_catalog.pg_namespace os ON os.oid = o.opcnamespace \
                     LEFT JOIN pg_catalog.pg_collation l ON l.oid = r.rngcollation \
                     AND r.rngcollation <> st.typcollation \
                     LEFT JOIN pg_catalog.pg_namespace ls ON ls.oid = l.collnamespace \
                     LEFT JOIN pg_catalog.pg_proc c ON c.oid = r.rngcanonical \
                     LEFT JOIN pg_catalog.pg_namespace cs ON cs.oid = c.pronamespace \
                     LEFT JOIN pg_catalog.pg_proc d ON d.oid = r.rngsubdiff \
                     LEFT JOIN pg_catalog.pg_namespace ds ON ds.oid = d.pronamespace",
                )
                .join_if(
                    multirange,
                    "LEFT JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid \
                     LEFT JOIN pg_catalog.pg_namespace ms ON ms.oid = m.typnamespace",
                )
                .col("subtype", "pg_catalog.format_type(r.rngsubtype, NULL)")
                .col_if(multirange, "multirange", "m.typname", "NULL")
                .col_if(multirange, "multirange_schema", "ms.nspname", "NULL")
                .col("opclass", "o.opcname")
                .col("opclass_schema", "os.nspname")
                .col("collation", "l.collname")
                .col("collation_schema", "ls.nspname")
                .col("canonical", "c.proname")
                .col("canonical_schema", "cs.nspname")
                .col("difference", "d.proname")
                .col("difference_schema", "ds.nspname"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        let name =
            |schema, name| -> Result<Name> { Ok(row.opt_owned(schema)?.zip(row.opt_owned(name)?)) };
        Ok(Self {
            named: Named::decode(row)?,
            subtype: row.owned("subtype")?,
            multirange: name("multirange_schema", "multirange")?,
            opclass: name("opclass_schema", "opclass")?,
            collation: name("collation_schema", "collation")?,
            canonical: name("canonical_schema", "canonical")?,
            difference: name("difference_schema", "difference")?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_TYPE)
    }

    fn identity(&self) -> Identity {
        self.named.identity()
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::all("TYPE", self.named.quoted()))
    }

    fn render(&self, sql: &mut Sql) {
        let name = self.named.quoted();
        let mut options = vec![cat!["\n    subtype = ", &self.subtype]];
        let named = [
            ("multirange_type_name", &self.multirange),
            ("subtype_opclass", &self.opclass),
            ("collation", &self.collation),
            ("canonical", &self.canonical),
            ("subtype_diff", &self.difference),
        ];
        for (option, value) in named {
            if let Some((schema, value)) = value {
                options.push(cat!["\n    ", option, " = ", qualified(schema, value)]);
            }
        }
        sql.push(cat![
            "CREATE TYPE ",
            &name,
            " AS RANGE (",
            join(options, ","),
            "\n)"
        ]);
        sql.drop_with(cat!["DROP TYPE ", &name]);
    }
}
