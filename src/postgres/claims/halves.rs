//! What one row of the catalogs counts on and another one lacks: a damaged catalog. The server reads
//! such a table as if it had never had it (some with a warning), and so would the dump.

use crate::error::Result;
use crate::postgres::address::FIRST_USER_OID;
use crate::source::Warning;
use crate::sql::rows::Rows;

/// What a relation lacks, and the names of those that lack it; `c` is its row in pg_class, `own` what
/// its columns say.
const HALVES: &[(&str, &str)] = &[
    (
        "its row in pg_sequence is gone",
        "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relkind = 'S' \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_sequence s WHERE s.seqrelid = c.oid)",
    ),
    (
        "it is a partition, and of which table is gone from pg_inherits",
        "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relispartition \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)",
    ),
    (
        "it inherits columns, and from which table is gone from pg_inherits",
        "SELECT c.relname FROM pg_catalog.pg_class c JOIN own ON own.relation = c.oid \
         AND own.inherits WHERE NOT c.relispartition \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)",
    ),
    (
        "a column of it has a default that is gone from pg_attrdef",
        "SELECT c.relname FROM pg_catalog.pg_class c JOIN own ON own.relation = c.oid \
         LEFT JOIN (SELECT d.adrelid, pg_catalog.count(*) AS defaults FROM pg_catalog.pg_attrdef d \
         GROUP BY d.adrelid) d ON d.adrelid = c.oid \
         WHERE own.defaults > 0 AND own.defaults > COALESCE(d.defaults, 0)",
    ),
    (
        "a column of it is gone from pg_attribute",
        "SELECT c.relname FROM pg_catalog.pg_class c LEFT JOIN own ON own.relation = c.oid \
         WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') \
         AND c.relnatts <> COALESCE(own.columns, 0)",
    ),
    (
        "a check of it is gone from pg_constraint",
        "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relchecks <> 0 \
         AND c.relchecks > (SELECT pg_catalog.count(*) FROM pg_catalog.pg_constraint k \
         WHERE k.conrelid = c.oid AND k.contype = 'c')",
    ),
    (
        "it is the index of a key or an exclusion that is gone from pg_constraint",
        "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index x \
         ON x.indexrelid = c.oid AND (x.indisprimary OR x.indisexclusion) \
         JOIN pg_catalog.pg_class t ON t.oid = x.indrelid AND t.relkind <> 't' \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = c.oid \
         AND k.conrelid = x.indrelid)",
    ),
];

/// What the columns of each relation say, found once: there are several for each.
fn own() -> String {
    format!(
        "SELECT a.attrelid AS relation, pg_catalog.count(*) AS columns, \
         pg_catalog.count(*) FILTER (WHERE a.atthasdef AND NOT a.attisdropped) AS defaults, \
         pg_catalog.bool_or(a.attinhcount > 0 AND NOT a.attisdropped) AS inherits \
         FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND a.attrelid >= {FIRST_USER_OID} \
         GROUP BY a.attrelid"
    )
}

/// Asks for all of them.
pub(super) fn query() -> String {
    let selects = HALVES.iter().map(|(lacks, rows)| {
        format!(
            "SELECT h.called::pg_catalog.text AS called, '{lacks}' AS lacks \
             FROM ({rows} AND c.oid >= {FIRST_USER_OID}) h(called)"
        )
    });
    let selects = selects.collect::<Vec<_>>().join(" UNION ALL ");
    format!("WITH own AS ({}) {selects}", own())
}

/// Reads the rows of [`query`].
pub(super) fn findings(rows: &Rows, found: &mut Vec<Warning>) -> Result<()> {
    for row in rows.iter() {
        found.push(Warning {
            object: row.bytes("called")?.to_string(),
            message: format!("the catalog is damaged: {}", row.str("lacks")?),
        });
    }
    Ok(())
}
