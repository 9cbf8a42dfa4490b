//! Functions, procedures and window functions. Catalog: pg_proc, text from `pg_get_functiondef`.
//! Aggregates are a kind of their own; the functions that come with a range type are the type's.

use bstr::{BString, ByteSlice};

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::qualified;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::names::marks_as_constants;
use crate::sql::rows::Row;

/// A routine.
#[derive(Debug, Clone)]
pub struct Routine {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    arguments: BString,
    procedure: bool,
    definition: BString,
}

/// What every kind over pg_proc selects: `p` is pg_proc, `n` its schema.
pub(super) fn select(caps: &Caps) -> Select {
    Select::from("pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace")
        .col("oid", "p.oid")
        .col("schema", "n.nspname")
        .col("name", "p.proname")
        .col("owner", "pg_catalog.pg_get_userbyid(p.proowner)")
        .col(
            "arguments",
            "pg_catalog.pg_get_function_identity_arguments(p.oid)",
        )
        .col_if(caps.prokind(), "procedure", "p.prokind = 'p'", "false")
        .made_by_users("p.oid", class::PG_PROC)
        .in_user_schema("p.pronamespace")
}

impl Object for Routine {
    const NAME: &'static str = "routine";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let plain = if caps.prokind() {
            "p.prokind <> 'a'"
        } else {
            "NOT p.proisagg"
        };
        Some(
            select(caps)
                .col("definition", "pg_catalog.pg_get_functiondef(p.oid)")
                .filter(plain)
                .filter(
                    "NOT EXISTS (SELECT FROM pg_catalog.pg_depend i WHERE i.classid = 1255 \
                     AND i.objid = p.oid AND i.deptype = 'i')",
                ),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            schema: row.owned("schema")?,
            name: row.owned("name")?,
            owner: row.owned("owner")?,
            arguments: row.owned("arguments")?,
            procedure: row.bool("procedure")?,
            definition: definition(row)?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_PROC, self.oid)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            detail: self.arguments.clone(),
            owner: Some(self.owner.clone()),
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::all(self.keyword(), self.signature()))
    }

    fn render(&self, sql: &mut Sql) {
        sql.push(self.definition.clone());
        sql.drop_with(cat!["DROP ", self.keyword(), " ", self.signature()]);
    }
}

impl Routine {
    fn keyword(&self) -> &'static str {
        if self.procedure {
            "PROCEDURE"
        } else {
            "FUNCTION"
        }
    }

    fn signature(&self) -> BString {
        cat![
            qualified(&self.schema, &self.name),
            "(",
            &self.arguments,
            ")"
        ]
    }
}

/// The server writes `CREATE OR REPLACE`: a script must not replace what is there.
fn definition(row: &Row<'_>) -> Result<BString> {
    let text = row.bytes("definition")?.trim_end();
    let rest = text.strip_prefix(b"CREATE OR REPLACE ").ok_or_else(|| {
        let name = row
            .bytes("name")
            .map(ToString::to_string)
            .unwrap_or_default();
        Error::new(
            ErrorKind::Hostile,
            format!("the definition of function {name} is not one"),
        )
    })?;
    let definition = cat!["CREATE ", rest];
    // A body in SQL shows its queries as views do.
    Ok(marks_as_constants(&definition).unwrap_or(definition))
}
