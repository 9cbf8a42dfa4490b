//! The operators and functions of classes and families. Catalogs: pg_amop, pg_amproc. Those that
//! depend on a class internally are the class's; the others were added to the family.

use std::collections::HashMap;

use bstr::BString;

use crate::error::Result;
use crate::postgres::address::{Address, class};
use crate::postgres::render::cat;
use crate::postgres::select::Select;
use crate::sql::rows::{Row, Rows};

/// One operator or function.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// How `pg_depend` names it.
    pub(super) address: Address,
    /// As it stands in `CREATE OPERATOR CLASS … AS`.
    pub(super) text: BString,
    /// As it stands in `ALTER OPERATOR FAMILY … ADD`: with the types.
    pub(super) loose: BString,
}

/// The class of a member, where one owns it.
fn holder(catalog: u32) -> String {
    format!(
        "LEFT JOIN pg_catalog.pg_depend d ON d.classid = {catalog} AND d.objid = m.oid \
         AND d.refclassid = 2616 AND d.deptype = 'i'"
    )
}

/// Operators, then functions, in the shape that [`gather`] reads. Those of one number in the order in which
/// they were made: a restore makes them so again, which no order of their types' oids would last through.
pub(super) fn selects() -> Vec<Select> {
    let types = "pg_catalog.format_type(m.amoplefttype, NULL) || ', ' || \
         pg_catalog.format_type(m.amoprighttype, NULL)";
    let operators = Select::from(format!(
        "pg_catalog.pg_amop m JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr \
         JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace \
         LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = m.amopsortfamily \
         LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace {}",
        holder(class::PG_AMOP)
    ))
    .col("catalog", class::PG_AMOP.to_string())
    .col("oid", "m.oid")
    .col("family", "m.amopfamily")
    .col("class", "d.refobjid")
    .col("number", "m.amopstrategy")
    .col("what", "m.amopopr::pg_catalog.regoperator")
    .col("types", types)
    .col(
        "sort",
        "pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.opfname)",
    )
    .filter("m.oid >= 16384")
    .order("m.amopfamily, m.amopstrategy, m.oid");
    let types = "pg_catalog.format_type(m.amproclefttype, NULL) || ', ' || \
         pg_catalog.format_type(m.amprocrighttype, NULL)";
    let functions = Select::from(format!(
        "pg_catalog.pg_amproc m {}",
        holder(class::PG_AMPROC)
    ))
    .col("catalog", class::PG_AMPROC.to_string())
    .col("oid", "m.oid")
    .col("family", "m.amprocfamily")
    .col("class", "d.refobjid")
    .col("number", "m.amprocnum")
    .col("what", "m.amproc::pg_catalog.regprocedure")
    .col("types", types)
    .col("sort", "NULL")
    .filter("m.oid >= 16384")
    .order("m.amprocfamily, m.amprocnum, m.oid");
    vec![operators, functions]
}

/// Members by the class that owns them, or by the family that they were added to.
pub(super) fn gather(rows: &[Rows], by_class: bool) -> Result<HashMap<u32, Vec<Member>>> {
    let mut of: HashMap<u32, Vec<Member>> = HashMap::new();
    for row in rows.iter().flat_map(Rows::iter) {
        let owner: Option<u32> = row.opt_num("class")?;
        let key = match (by_class, owner) {
            (true, Some(owner)) => owner,
            (false, None) => row.num("family")?,
            _ => continue,
        };
        of.entry(key).or_default().push(member(&row)?);
    }
    Ok(of)
}

fn member(row: &Row<'_>) -> Result<Member> {
    let catalog = row.num("catalog")?;
    let (number, what, types) = (
        row.bytes("number")?,
        row.bytes("what")?,
        row.bytes("types")?,
    );
    let sort = row
        .opt("sort")?
        .map(|s| cat![" FOR ORDER BY ", s])
        .unwrap_or_default();
    let is_operator = catalog == class::PG_AMOP;
    let loose = if is_operator {
        // The operator's own types stand behind its name already.
        cat!["OPERATOR ", number, " ", what, &sort]
    } else {
        cat!["FUNCTION ", number, " (", types, ") ", what]
    };
    // Within a class too: a function's types may differ from the class's own.
    Ok(Member {
        address: Address::new(catalog, row.num("oid")?),
        text: loose.clone(),
        loose,
    })
}
