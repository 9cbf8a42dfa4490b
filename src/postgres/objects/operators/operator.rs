//! Operators. Catalog: pg_operator. A commutator or negator that does not exist yet is made as a
//! shell by the first of the two; the second fills it in.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// An operator.
#[derive(Debug, Clone)]
pub struct Operator {
    named: Named,
    function: BString,
    left: Option<BString>,
    right: Option<BString>,
    options: Vec<BString>,
}

impl Object for Operator {
    const NAME: &'static str = "operator";
    const SECTION: Section = Section::PreData;

    fn query(_caps: &Caps) -> Option<Select> {
        let side = |column: &str| {
            format!("CASE WHEN {column} <> 0 THEN pg_catalog.format_type({column}, NULL) END")
        };
        let function =
            |column: &str| format!("CASE WHEN {column} <> 0 THEN {column}::pg_catalog.regproc END");
        Some(
            Select::from(
                "pg_catalog.pg_operator o \
                 JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace \
                 LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom \
                 LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace \
                 LEFT JOIN pg_catalog.pg_operator g ON g.oid = o.oprnegate \
                 LEFT JOIN pg_catalog.pg_namespace gn ON gn.oid = g.oprnamespace",
            )
            .col("oid", "o.oid")
            .col("schema", "n.nspname")
            .col("name", "o.oprname")
            .col("owner", "pg_catalog.pg_get_userbyid(o.oprowner)")
            .col("function", "o.oprcode::pg_catalog.regproc")
            .col("lefttype", side("o.oprleft"))
            .col("righttype", side("o.oprright"))
            .col("commutator", "c.oprname")
            .col("commutator_schema", "cn.nspname")
            .col("negator", "g.oprname")
            .col("negator_schema", "gn.nspname")
            .col("restrict", function("o.oprrest"))
            .col("estimator", function("o.oprjoin"))
            .col("merges", "o.oprcanmerge")
            .col("hashes", "o.oprcanhash")
            // Without a function it is the shell of another's commutator.
            .filter("o.oprcode <> 0")
            .made_by_users("o.oid", class::PG_OPERATOR)
            .in_user_schema("o.oprnamespace"),
        )
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            function: row.owned("function")?,
            left: row.opt_owned("lefttype")?,
            right: row.opt_owned("righttype")?,
            options: options(row)?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_OPERATOR)
    }

    fn identity(&self) -> Identity {
        Identity {
            detail: self.sides(),
            ..self.named.identity()
        }
    }

    fn reference(&self) -> Option<Reference> {
        Some(Reference::owned(
            "OPERATOR",
            cat![self.name(), " ", self.sides()],
        ))
    }

    fn render(&self, sql: &mut Sql) {
        // What 10 calls it; later ones take it too.
        let mut options = vec![cat!["\n    PROCEDURE = ", &self.function]];
        options.extend(self.left.iter().map(|t| cat!["\n    LEFTARG = ", t]));
        options.extend(self.right.iter().map(|t| cat!["\n    RIGHTARG = ", t]));
        options.extend(self.options.iter().map(|o| cat!["\n    ", o]));
        sql.push(cat![
            "CREATE OPERATOR ",
            self.name(),
            " (",
            join(options, ","),
            "\n)"
        ]);
        sql.drop_with(cat!["DROP OPERATOR ", self.name(), " ", self.sides()]);
    }
}

impl Operator {
    fn name(&self) -> BString {
        let schema = self.named.schema.as_ref().map(|s| cat![ident(s), "."]);
        cat![schema.unwrap_or_default(), &self.named.name]
    }

    fn sides(&self) -> BString {
        let none = BString::from("NONE");
        let (left, right) = (self.left.as_ref(), self.right.as_ref());
        cat![
            "(",
            left.unwrap_or(&none),
            ", ",
            right.unwrap_or(&none),
            ")"
        ]
    }
}

fn options(row: &Row<'_>) -> Result<Vec<BString>> {
    let mut options = Vec::new();
    let operators = [
        ("COMMUTATOR", "commutator", "commutator_schema"),
        ("NEGATOR", "negator", "negator_schema"),
    ];
    for (word, name, schema) in operators {
        if let (Some(name), Some(schema)) = (row.opt(name)?, row.opt(schema)?) {
            options.push(cat![word, " = OPERATOR(", ident(schema), ".", name, ")"]);
        }
    }
    for (word, column) in [("RESTRICT", "restrict"), ("JOIN", "estimator")] {
        options.extend(row.opt(column)?.map(|function| cat![word, " = ", function]));
    }
    if row.bool("hashes")? {
        options.push("HASHES".into());
    }
    if row.bool("merges")? {
        options.push("MERGES".into());
    }
    Ok(options)
}
