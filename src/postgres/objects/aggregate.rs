//! Aggregates: plain, ordered-set, hypothetical-set, with moving states. Catalogs: pg_proc,
//! pg_aggregate.

use bstr::{BString, ByteSlice};

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::named::Named;
use crate::postgres::objects::{Object, Reference, routine};
use crate::postgres::quote::literal;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Row;

/// An aggregate.
#[derive(Debug, Clone)]
pub struct Aggregate {
    named: Named,
    /// As in `CREATE AGGREGATE`: with names and defaults of arguments.
    arguments: BString,
    /// As in `ALTER` and `COMMENT`.
    identity: BString,
    options: Vec<BString>,
}

/// Options that are functions: keyword and column of pg_aggregate.
const FUNCTIONS: &[(&str, &str)] = &[
    ("SFUNC", "aggtransfn"),
    ("FINALFUNC", "aggfinalfn"),
    ("COMBINEFUNC", "aggcombinefn"),
    ("SERIALFUNC", "aggserialfn"),
    ("DESERIALFUNC", "aggdeserialfn"),
    ("MSFUNC", "aggmtransfn"),
    ("MINVFUNC", "aggminvtransfn"),
    ("MFINALFUNC", "aggmfinalfn"),
];

impl Object for Aggregate {
    const NAME: &'static str = "aggregate";
    const SECTION: Section = Section::PreData;

    fn query(caps: &Caps) -> Option<Select> {
        let mut select = routine::select(caps)
            .join_if(true, "JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid")
            .col(
                "full_arguments",
                "pg_catalog.pg_get_function_arguments(p.oid)",
            )
            .col("stype", "pg_catalog.format_type(a.aggtranstype, NULL)")
            .col("sspace", "a.aggtransspace")
            .col("initial", "a.agginitval")
            .col(
                "mstype",
                "CASE WHEN a.aggmtranstype <> 0 \
                 THEN pg_catalog.format_type(a.aggmtranstype, NULL) END",
            )
            .col("msspace", "a.aggmtransspace")
            .col("minitial", "a.aggminitval")
            .col("extra", "a.aggfinalextra")
            .col("mextra", "a.aggmfinalextra")
            .col_if(caps.prokind(), "modify", "a.aggfinalmodify", "NULL")
            .col_if(caps.prokind(), "mmodify", "a.aggmfinalmodify", "NULL")
            .col("kind", "a.aggkind")
            .col(
                "sort",
                "CASE WHEN a.aggsortop <> 0 THEN (SELECT 'OPERATOR(' || \
                 pg_catalog.quote_ident(sn.nspname) || '.' || s.oprname || ')' \
                 FROM pg_catalog.pg_operator s JOIN pg_catalog.pg_namespace sn \
                 ON sn.oid = s.oprnamespace WHERE s.oid = a.aggsortop) END",
            )
            .col("parallel", "p.proparallel");
        for (_, column) in FUNCTIONS {
            let function =
                format!("CASE WHEN a.{column} <> 0 THEN a.{column}::pg_catalog.regproc END");
            select = select.col(column, function);
        }
        Some(select)
    }

    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            named: Named::decode(row)?,
            arguments: row.owned("full_arguments")?,
            identity: row.owned("arguments")?,
            options: options(row)?,
        })
    }

    fn address(&self) -> Address {
        self.named.address(class::PG_PROC)
    }

    fn identity(&self) -> Identity {
        Identity {
            detail: self.identity.clone(),
            ..self.named.identity()
        }
    }

    fn reference(&self) -> Option<Reference> {
        // Grants name it as a function, without `ORDER BY`: the server's own way of naming it.
        Some(Reference::owned(
            "AGGREGATE",
            self.signature(&self.identity),
        ))
    }

    fn render(&self, sql: &mut Sql) {
        let options = join(self.options.iter().map(|o| cat!["\n    ", o]), ",");
        let name = self.signature(&self.arguments);
        sql.push(cat!["CREATE AGGREGATE ", name, " (", options, "\n)"]);
        sql.drop_with(cat!["DROP AGGREGATE ", self.signature(&self.identity)]);
    }
}

impl Aggregate {
    fn signature(&self, arguments: &BString) -> BString {
        let arguments = if arguments.is_empty() {
            "*".into()
        } else {
            arguments.clone()
        };
        cat![self.named.quoted(), "(", arguments, ")"]
    }
}

fn options(row: &Row<'_>) -> Result<Vec<BString>> {
    let mut options = Vec::new();
    for (keyword, column) in FUNCTIONS {
        options.extend(row.opt(column)?.map(|f| cat![*keyword, " = ", f]));
    }
    options.push(cat!["STYPE = ", row.bytes("stype")?]);
    options.extend(row.opt("mstype")?.map(|t| cat!["MSTYPE = ", t]));
    for (keyword, column) in [("SSPACE", "sspace"), ("MSSPACE", "msspace")] {
        let bytes = row.bytes(column)?;
        if bytes.as_bytes() != b"0" {
            options.push(cat![keyword, " = ", bytes]);
        }
    }
    for (keyword, column) in [("INITCOND", "initial"), ("MINITCOND", "minitial")] {
        options.extend(row.opt(column)?.map(|v| cat![keyword, " = ", literal(v)]));
    }
    for (keyword, column) in [("FINALFUNC_EXTRA", "extra"), ("MFINALFUNC_EXTRA", "mextra")] {
        if row.bool(column)? {
            options.push(keyword.into());
        }
    }
    options.extend(modifies(row)?);
    options.extend(row.opt("sort")?.map(|o| cat!["SORTOP = ", o]));
    match row.letter("parallel")? {
        b's' => options.push("PARALLEL = safe".into()),
        b'r' => options.push("PARALLEL = restricted".into()),
        _ => {}
    }
    if row.letter("kind")? == b'h' {
        options.push("HYPOTHETICAL".into());
    }
    Ok(options)
}

/// The default is read-only for plain aggregates and read-write for ordered-set ones.
fn modifies(row: &Row<'_>) -> Result<Vec<BString>> {
    let usual = if row.letter("kind")? == b'n' {
        b'r'
    } else {
        b'w'
    };
    let mut options = Vec::new();
    let columns = [
        ("FINALFUNC_MODIFY", "modify", "aggfinalfn"),
        ("MFINALFUNC_MODIFY", "mmodify", "aggmfinalfn"),
    ];
    for (keyword, column, function) in columns {
        let letter = row.letter(column)?;
        let word = match letter {
            b'r' => "READ_ONLY",
            b's' => "SHAREABLE",
            b'w' => "READ_WRITE",
            _ => continue,
        };
        if letter != usual && row.opt(function)?.is_some() {
            options.push(cat![keyword, " = ", word]);
        }
    }
    Ok(options)
}
