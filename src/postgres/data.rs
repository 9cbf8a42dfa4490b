//! Table data: COPY's rows as frames of whole statements. Rows are not parsed, unless they become
//! INSERTs or come in binary.

use bstr::{BStr, BString, ByteSlice};

use super::binary_choice;
use super::copy::{CopyOut, Step};
use super::insert::Inserts;
use super::session::Session;
use crate::archive::frame::{FrameBuilder, FrameSink};
use crate::error::{Error, Result};
use crate::plan::entry::{DataRef, Method, Range, Slice};
use crate::source::RowForm;

/// How many bytes of rows are read before they are made INSERTs.
const INSERT_BYTES: usize = 256 << 10;

/// Streams a slice as frames of about `limit` bytes; gives the number of rows.
pub async fn stream<S: FrameSink>(
    session: &mut Session,
    slice: &Slice,
    sink: &mut S,
    limit: usize,
) -> Result<u64> {
    stream_as(session, slice, sink, (limit, RowForm::default())).await
}

/// The same; `form` says what INSERTs are like.
pub async fn stream_as<S: FrameSink>(
    session: &mut Session,
    slice: &Slice,
    sink: &mut S,
    (limit, form): (usize, RowForm),
) -> Result<u64> {
    let data = &slice.data;
    let doing = format!("cannot read table {}", data.table);
    let rows = match &data.method {
        Method::LargeObjects(oids) => {
            return super::large_object::stream(session, oids, sink, limit).await;
        }
        Method::Copy | Method::CopyWithOids => {
            let sql = statement(slice);
            let copy = match binary_choice::forms(session, data).await? {
                None => session.copy_out(&doing, &sql).await,
                Some(forms) => {
                    let sql = bstr::concat([sql.as_slice(), b" (FORMAT binary)"]);
                    session.copy_out_binary(&doing, &sql, forms).await
                }
            };
            copy_frames(copy.map_err(explained)?, data, sink, limit).await
        }
        Method::Rows | Method::CharacterRows | Method::Versions(_) => {
            let copy = session.copy_out(&doing, &statement(slice)).await;
            insert_frames(copy.map_err(explained)?, (data, form), sink, limit).await
        }
    };
    rows.map_err(explained)
}

/// `COPY … FROM stdin` around rows as they come.
pub async fn copy_frames<S: FrameSink>(
    mut copy: CopyOut<'_>,
    data: &DataRef,
    sink: &mut S,
    limit: usize,
) -> Result<u64> {
    let head = head(data);
    // There must be room for a row behind the head.
    let limit = limit.max(head.len() + 1);
    let mut frames = FrameBuilder::new(sink, head, b"\\.\n\n", limit);
    loop {
        match copy.read(frames.buffer(), limit).await? {
            Step::Rows(rows) => frames.rows(rows).await?,
            Step::End(rows) => {
                frames.rows(rows).await?;
                return frames.finish().await;
            }
        }
    }
}

async fn insert_frames<S: FrameSink>(
    mut copy: CopyOut<'_>,
    (data, form): (&DataRef, RowForm),
    sink: &mut S,
    limit: usize,
) -> Result<u64> {
    let mut inserts = Inserts::new(data, form);
    let mut frames = FrameBuilder::new(sink, Vec::new(), b"", limit);
    let mut rows = Vec::new();
    loop {
        let step = copy.read(&mut rows, INSERT_BYTES).await?;
        let lines = rows.split_inclusive(|&byte| byte == b'\n');
        for line in lines.filter_map(|line| line.strip_suffix(b"\n")) {
            // A frame is cut only where it holds whole statements.
            match inserts.write(line, frames.buffer()) {
                0 => {}
                whole => frames.rows(whole).await?,
            }
        }
        rows.clear();
        if let Step::End(_) = step {
            match inserts.finish(frames.buffer()) {
                0 => {}
                whole => frames.rows(whole).await?,
            }
            return frames.finish().await;
        }
    }
}

fn head(data: &DataRef) -> Vec<u8> {
    bstr::concat([
        b"COPY ".as_slice(),
        &data.into,
        &column_list(data),
        with_oids(data),
        b" FROM stdin;\n",
    ])
}

/// The row's OID then stands before its columns.
fn with_oids(data: &DataRef) -> &'static [u8] {
    match data.method {
        Method::CopyWithOids => b" WITH OIDS",
        _ => b"",
    }
}

/// ` (a, b)`; nothing for a table without columns.
pub(super) fn column_list(data: &DataRef) -> BString {
    if data.columns.is_empty() {
        return BString::default();
    }
    let names = data.columns.iter().map(|column| &column.name);
    let names = bstr::join(", ", names);
    bstr::concat([b" (", names.as_slice(), b")"]).into()
}

/// The plain form costs the server least; it can't say which rows.
pub(super) fn statement(slice: &Slice) -> Vec<u8> {
    let data = &slice.data;
    let conditions = conditions(slice);
    let as_named = data.columns.iter().all(|column| column.read == column.name);
    if conditions.is_empty() && as_named {
        let columns = column_list(data);
        return bstr::concat([
            b"COPY ".as_slice(),
            &data.table,
            &columns,
            with_oids(data),
            b" TO STDOUT",
        ]);
    }
    let oid = (data.method == Method::CopyWithOids).then_some(b"oid".as_slice());
    let reads = data.columns.iter().map(|column| column.read.as_slice());
    let reads = bstr::join(", ", oid.into_iter().chain(reads));
    let conditions = bstr::join(" AND ", conditions);
    let filter: [&[u8]; 2] = match conditions.as_slice() {
        b"" => [b"", b""],
        conditions => [b" WHERE ", conditions],
    };
    bstr::concat([
        b"COPY (SELECT ".as_slice(),
        &reads,
        b" FROM ONLY ",
        &data.table,
        &bstr::concat(filter),
        b") TO STDOUT",
    ])
}

fn conditions(slice: &Slice) -> Vec<BString> {
    let mut all = Vec::new();
    match &slice.range {
        Range::Whole => {}
        Range::Blocks(from, until) => {
            let until = until.map(|until| format!(" AND ctid < '({until},0)'"));
            all.push(format!("ctid >= '({from},0)'{}", until.unwrap_or_default()).into());
        }
        Range::Condition(condition) => all.push(in_brackets(condition.as_bstr())),
    }
    all.extend(
        slice
            .data
            .filter
            .as_ref()
            .map(|filter| in_brackets(filter.as_bstr())),
    );
    all
}

/// On lines of its own: a condition may end in a comment.
fn in_brackets(condition: &BStr) -> BString {
    bstr::concat([b"(\n", condition.as_bytes(), b"\n)"]).into()
}

fn explained(error: Error) -> Error {
    match error.server_code() {
        Some("54000") => error.hint("COPY's text form can't carry a row beyond 1 GiB."),
        Some("42501") => error
            .hint("Grant SELECT on it to the user, or exclude it; row security needs BYPASSRLS."),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::entry::{DataColumn, EntryId, ValueForm};

    fn slice(columns: &[&str], filter: Option<&str>, range: Range) -> Slice {
        let column = |name: &&str| DataColumn {
            name: (*name).into(),
            read: (*name).into(),
            form: ValueForm::Text,
        };
        Slice {
            entry: EntryId(1),
            data: Arc::new(DataRef {
                table: "public.t".into(),
                into: "public.root".into(),
                columns: columns.iter().map(column).collect(),
                filter: filter.map(BString::from),
                method: Method::Copy,
                bytes: 0,
                rows: 0,
                blocks: 0,
                key: 0,
            }),
            range,
            number: 0,
        }
    }

    fn sql(slice: &Slice) -> String {
        BString::from(statement(slice)).to_string()
    }

    #[test]
    fn a_whole_table_is_copied_plainly() {
        let whole = slice(&["a", "\"B\""], None, Range::Whole);
        assert_eq!(sql(&whole), "COPY public.t (a, \"B\") TO STDOUT");
        assert_eq!(
            head(&whole.data),
            b"COPY public.root (a, \"B\") FROM stdin;\n"
        );
    }

    #[test]
    fn a_rows_oid_stands_before_its_columns() {
        let mut whole = slice(&["a"], None, Range::Whole);
        Arc::make_mut(&mut whole.data).method = Method::CopyWithOids;
        assert_eq!(sql(&whole), "COPY public.t (a) WITH OIDS TO STDOUT");
        assert_eq!(
            head(&whole.data),
            b"COPY public.root (a) WITH OIDS FROM stdin;\n"
        );
        let mut part = slice(&["a"], Some("a > 1"), Range::Whole);
        Arc::make_mut(&mut part.data).method = Method::CopyWithOids;
        assert_eq!(
            sql(&part),
            "COPY (SELECT oid, a FROM ONLY public.t WHERE (\na > 1\n)) TO STDOUT"
        );
    }

    #[test]
    fn no_columns_no_list() {
        let whole = slice(&[], None, Range::Whole);
        assert_eq!(sql(&whole), "COPY public.t TO STDOUT");
        assert_eq!(head(&whole.data), b"COPY public.root FROM stdin;\n");
    }

    #[test]
    fn parts_are_selected() {
        let part = slice(&["a"], Some("a > 1 -- x"), Range::Blocks(0, Some(8)));
        assert_eq!(
            sql(&part),
            "COPY (SELECT a FROM ONLY public.t WHERE ctid >= '(0,0)' AND ctid < '(8,0)' AND \
             (\na > 1 -- x\n)) TO STDOUT"
        );
        let last = slice(&[], None, Range::Blocks(8, None));
        assert_eq!(
            sql(&last),
            "COPY (SELECT  FROM ONLY public.t WHERE ctid >= '(8,0)') TO STDOUT"
        );
    }
}
