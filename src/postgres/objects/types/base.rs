//! Base types. Catalog: pg_type. Their array types come by themselves.

use bstr::{BString, ByteSlice};

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

/// A base type.
#[derive(Debug, Clone)]
pub struct Base {
    named: Named,
    /// Options that are written `NAME = value`, in order, where they differ from the default.
    options: Vec<(&'static str, BString)>,
}

/// The functions: option, column of pg_type.
const FUNCTIONS: &[(&str, &str)] = &[
    ("INPUT", "input"),
    ("OUTPUT", "output"),
    ("RECEIVE", "receive"),
    ("SEND", "send"),
    ("TYPMOD_IN", "typmod_in"),
    ("TYPMOD_OUT", "typmod_out"),
    ("ANALYZE", "analyze"),
    ("SUBSCRIPT", "subscript"),
];

impl Object for Base {
    const NAME: &'static str = "base_type";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let function = |column: &str| {
            format!("CASE WHEN t.{column} <> 0 THEN t.{column}::pg_catalog.regproc END")
        };
        Some(
            super::select("b")
                .filter(super::shell::BASE)
                .col("input", function("typinput"))
                .col("output", function("typoutput"))
                .col("receive", function("typreceive"))
                .col("send", function("typsend"))
                .col("typmod_in", function("typmodin"))
                .col("typmod_out", function("typmodout"))
                .col("analyze", function("typanalyze"))
                .col_if(
                    caps.typsubscript(),
                    "subscript",
                    "CASE WHEN t.typsubscript <> 0 THEN t.typsubscript::pg_catalog.regproc END",
                    "NULL",
                )
                .col("length", "t.typlen")
                .col("by_value", "t.typbyval")
                .col("alignment", "t.typalign")
                .col("storage", "t.typstorage")
                .col("category", "t.typcategory")
                .col("preferred", "t.typispreferred")
                .col("default_text", "t.typdefault")
                .col(
                    "element",
                    "CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END",
                )
                .col("delimiter", "t.typdelim")
                .col("collatable", "t.typcollation <> 0"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            options: options(row)?,
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
        let options = self
            .options
            .iter()
            .map(|(name, value)| cat!["\n    ", *name, " = ", value]);
        sql.push(cat!["CREATE TYPE ", &name, " (", join(options, ","), "\n)"]);
        // Its functions go with it.
        sql.drop_with(cat!["DROP TYPE ", &name, " CASCADE"]);
    }
}

fn options(row: &Row<'_>) -> Result<Vec<(&'static str, BString)>> {
    let mut options = Vec::new();
    let length: i32 = row.num("length")?;
    let length = if length < 0 {
        "VARIABLE".into()
    } else {
        length.to_string().into()
    };
    options.push(("INTERNALLENGTH", length));
    for (option, column) in FUNCTIONS {
        if let Some(function) = row.opt_owned(column)? {
            options.push((*option, function));
        }
    }
    push_if(&mut options, "COLLATABLE", row.bool("collatable")?, "true");
    if let Some(value) = row.opt("default_text")? {
        options.push(("DEFAULT", literal(value)));
    }
    if let Some(element) = row.opt_owned("element")? {
        options.push(("ELEMENT", element));
    }
    let category = row.bytes("category")?;
    if category.as_bytes() != b"U" {
        options.push(("CATEGORY", literal(category)));
    }
    push_if(&mut options, "PREFERRED", row.bool("preferred")?, "true");
    let delimiter = row.bytes("delimiter")?;
    if delimiter.as_bytes() != b"," {
        options.push(("DELIMITER", literal(delimiter)));
    }
    options.push(("ALIGNMENT", alignment(row.letter("alignment")?).into()));
    options.push(("STORAGE", storage(row.letter("storage")?).into()));
    push_if(&mut options, "PASSEDBYVALUE", row.bool("by_value")?, "true");
    Ok(options)
}

fn push_if(
    options: &mut Vec<(&'static str, BString)>,
    name: &'static str,
    condition: bool,
    value: &str,
) {
    if condition {
        options.push((name, value.into()));
    }
}

fn alignment(letter: u8) -> &'static str {
    match letter {
        b'c' => "char",
        b's' => "int2",
        b'd' => "double",
        _ => "int4",
    }
}

fn storage(letter: u8) -> &'static str {
    match letter {
        b'e' => "external",
        b'x' => "extended",
        b'm' => "main",
        _ => "plain",
    }
}
