//! A sink that keeps frames in memory, slices that are streamed into it, and what a process without
//! variables is given.

use std::collections::BTreeMap;
use std::sync::Arc;

use dumpkeep::archive::frame::FrameSink;
use dumpkeep::env::Env;
use dumpkeep::error::Result;
use dumpkeep::plan::entry::{DataColumn, DataRef, EntryId, Method, Range, Slice, ValueForm};

/// Frames as they came, with their numbers of rows.
#[derive(Debug, Default)]
pub(crate) struct Frames(pub(crate) Vec<(Vec<u8>, u64)>);

impl FrameSink for Frames {
    async fn emit(&mut self, sql: Vec<u8>, rows: u64) -> Result<Vec<u8>> {
        self.0.push((sql, rows));
        Ok(Vec::new())
    }
}

impl Frames {
    /// All frames, one after the other.
    pub(crate) fn text(&self) -> String {
        let all: Vec<u8> = self.0.iter().flat_map(|(sql, _)| sql.clone()).collect();
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The rows of COPY frames, without what stands around them.
    pub(crate) fn rows(&self) -> Vec<String> {
        let text = self.text();
        let lines = text.lines();
        let rows = lines.filter(|l| !l.starts_with("COPY ") && *l != "\\." && !l.is_empty());
        rows.map(str::to_owned).collect()
    }
}

/// An environment with these variables alone.
pub(crate) fn env(vars: &[(&str, &str)]) -> Env {
    let vars: BTreeMap<_, _> = vars
        .iter()
        .map(|(key, value)| (key.into(), value.into()))
        .collect();
    Env {
        vars,
        ..Env::read()
    }
}

/// A slice of a table that is read by COPY, of which nothing else is known.
pub(crate) fn slice(table: &str, columns: &[&str], range: Range) -> Slice {
    let column = |name: &&str| DataColumn {
        name: (*name).into(),
        read: (*name).into(),
        form: ValueForm::Text,
    };
    Slice {
        entry: EntryId(0),
        data: Arc::new(DataRef {
            table: table.into(),
            into: table.into(),
            columns: columns.iter().map(column).collect(),
            filter: None,
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
