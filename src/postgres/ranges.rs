//! A table cut by its primary key, where blocks of the heap can't be read by themselves (before 14,
//! or in another access method than the heap). The borders are the key's histogram, which ANALYZE
//! keeps: any age of it will do, for it only decides where the pieces end.

use bstr::BString;

use super::session::Session;
use crate::error::Result;
use crate::plan::entry::{DataRef, Range};

/// Types whose order does not depend on a collation: an order that changed since ANALYZE ran (a new
/// C library) would make pieces that overlap.
const TYPES: &str = "'int2', 'int4', 'int8', 'oid', 'numeric', 'uuid', 'date', 'timestamp', \
                     'timestamptz'";

/// About `parts` ranges of the key, in its order; one where it can't be cut.
pub(super) async fn ranges(
    session: &mut Session,
    data: &DataRef,
    parts: u64,
) -> Result<Vec<Range>> {
    let doing = format!("cannot read the key of table {}", data.table);
    let rows = session
        .query_for(&doing, query(data.key).as_bytes())
        .await?;
    let mut bounds = Vec::new();
    for row in rows.iter() {
        bounds.push(row.owned("bound")?);
    }
    let Some(first) = rows.first() else {
        return Ok(vec![Range::Whole]);
    };
    let column = first.bytes("name")?;
    let borders: Vec<&BString> = borders(&bounds, parts).collect();
    Ok(conditions(column, &borders))
}

fn query(table: u64) -> String {
    format!(
        "SELECT pg_catalog.quote_ident(a.attname) AS name, pg_catalog.quote_literal(u.bound) \
         || '::' || pg_catalog.format_type(a.atttypid, NULL) AS bound \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
         JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
         JOIN pg_catalog.pg_class c ON c.oid = i.indrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname \
         AND s.attname = a.attname AND NOT s.inherited \
         CROSS JOIN LATERAL pg_catalog.unnest(s.histogram_bounds::pg_catalog.text::pg_catalog.text[]) \
         WITH ORDINALITY AS u (bound, number) \
         WHERE i.indrelid = {table} AND i.indisprimary AND i.indisvalid \
         AND t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND t.typname IN ({TYPES}) \
         ORDER BY u.number"
    )
}

/// The bounds that lie at equal parts of the histogram; its ends are not borders.
fn borders(bounds: &[BString], parts: u64) -> impl Iterator<Item = &BString> {
    let buckets = bounds.len().saturating_sub(1) as u64;
    let parts = parts.clamp(1, buckets.max(1));
    (1..parts).filter_map(move |part| bounds.get(usize::try_from(part * buckets / parts).ok()?))
}

fn conditions(column: &[u8], borders: &[&BString]) -> Vec<Range> {
    let (Some(first), Some(last)) = (borders.first(), borders.last()) else {
        return vec![Range::Whole];
    };
    let below = |border: &BString| bstr::concat([column, b" < ", border.as_slice()]);
    let from = |border: &BString| bstr::concat([column, b" >= ", border.as_slice()]);
    let mut all = vec![below(first)];
    all.extend(
        borders
            .windows(2)
            .map(|pair| bstr::join(" AND ", [from(pair[0]), below(pair[1])])),
    );
    all.push(from(last));
    all.into_iter()
        .map(|text| Range::Condition(text.into()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borders_share_the_histogram() {
        let bounds: Vec<BString> = (0..=100).map(|n| n.to_string().into()).collect();
        let some = |parts| {
            borders(&bounds, parts)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(some(4), ["25", "50", "75"]);
        assert_eq!(some(1).len(), 0);
        assert_eq!(some(1000).len(), 99);
        assert_eq!(borders(&[], 4).count(), 0);
    }

    #[test]
    fn pieces_meet_at_their_borders() {
        let (low, high) = ("'1'::bigint".into(), "'5'::bigint".into());
        let text = |range: &Range| match range {
            Range::Condition(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        let pieces: Vec<_> = conditions(b"id", &[&low, &high]).iter().map(text).collect();
        assert_eq!(
            pieces,
            [
                "id < '1'::bigint",
                "id >= '1'::bigint AND id < '5'::bigint",
                "id >= '5'::bigint"
            ]
        );
        assert_eq!(conditions(b"id", &[]), [Range::Whole]);
    }
}
