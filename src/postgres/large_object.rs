//! Large objects' contents: `lo_put` statements, read in pieces, many small objects at once.

use super::quote::literal;
use super::session::Session;
use crate::archive::frame::{FrameBuilder, FrameSink};
use crate::error::{Error, Kind, Result};
use crate::sql::rows::Row;

/// How much of an object is read at once, in bytes; twice that as hexadecimal digits.
const PIECE: u64 = 128 << 10;

/// How many objects are read at once.
const BATCH: usize = 16;

/// Streams the contents of objects; gives their number.
pub async fn stream<S: FrameSink>(
    session: &mut Session,
    oids: &[u32],
    sink: &mut S,
    limit: usize,
) -> Result<u64> {
    let mut frames = FrameBuilder::new(sink, Vec::new(), b"", limit);
    for batch in oids.chunks(BATCH) {
        let list: Vec<_> = batch.iter().map(u32::to_string).collect();
        for (oid, digits) in pieces(session, &list.join(","), 0).await? {
            write(oid, 0, &digits, frames.buffer());
            let mut more = is_full(&digits);
            let mut at = PIECE;
            while more {
                // A frame may end between two pieces: each is a statement of its own.
                frames.rows(0).await?;
                let (_, digits) = piece(session, oid, at).await?;
                write(oid, at, &digits, frames.buffer());
                more = is_full(&digits);
                at += PIECE;
            }
            frames.rows(1).await?;
        }
    }
    frames.finish().await
}

async fn piece(session: &mut Session, oid: u32, at: u64) -> Result<(u32, Vec<u8>)> {
    let mut pieces = pieces(session, &oid.to_string(), at).await?;
    pieces
        .pop()
        .ok_or_else(|| Error::new(Kind::Changed, format!("large object {oid} is gone")))
}

async fn pieces(session: &mut Session, oids: &str, at: u64) -> Result<Vec<(u32, Vec<u8>)>> {
    let sql = format!(
        "SELECT o AS oid, pg_catalog.lo_get(o, {at}, {PIECE}) AS data \
         FROM pg_catalog.unnest('{{{oids}}}'::pg_catalog.oid[]) WITH ORDINALITY AS u (o, n) \
         ORDER BY n"
    );
    let doing = format!("cannot read large objects {oids}");
    let rows = session.query_for(&doing, sql.as_bytes()).await?;
    rows.iter().map(|row| decode(&row)).collect()
}

fn decode(row: &Row<'_>) -> Result<(u32, Vec<u8>)> {
    let digits = row.bytes("data")?.strip_prefix(b"\\x").unwrap_or_default();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(Error::new(
            Kind::Hostile,
            "a large object's bytes are not hexadecimal",
        ));
    }
    Ok((row.num("oid")?, digits.to_vec()))
}

fn is_full(digits: &[u8]) -> bool {
    digits.len() as u64 == 2 * PIECE
}

fn write(oid: u32, at: u64, digits: &[u8], out: &mut Vec<u8>) {
    let bytes = literal(bstr::concat([b"\\x", digits]));
    out.extend_from_slice(format!("SELECT pg_catalog.lo_put({oid}, {at}, ").as_bytes());
    out.extend_from_slice(&bytes);
    out.extend_from_slice(b");\n");
}
