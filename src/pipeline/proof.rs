//! Is what was restored what the archive holds? Compared are the objects, the rows of each table and
//! the sums over them. Pure.

use std::collections::{BTreeMap, HashMap};

use crate::archive::sum::Sum;
use crate::archive::toc::TocEntry;
use crate::error::{Error, Kind, Result};
use crate::plan::entry::Section;

/// So many differences are named.
const NAMED: usize = 5;

/// What a proof compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proof {
    /// Objects that are there.
    pub objects: u64,
    /// Rows that were counted again.
    pub rows: u64,
    /// Tables whose rows gave the same sum; archives of older versions have none.
    pub sums: u64,
}

/// Compares the archive's contents with those of a dump of the restored database. What only the
/// latter has is no fault: the archive may have been made of a part.
pub fn compare(archive: &[TocEntry], restored: &[TocEntry]) -> Result<Proof> {
    let found: HashMap<String, Counted> = counted(restored).into_iter().collect();
    let mut proof = Proof::default();
    let mut faults = Vec::new();
    for (label, wanted) in counted(archive) {
        match found.get(&label) {
            None => faults.push(format!("{label} is not there")),
            Some(found) => match wanted.fault(found) {
                Some(fault) => faults.push(format!("{label} {fault}")),
                None => proof.add(&wanted, found),
            },
        }
    }
    if faults.is_empty() {
        return Ok(proof);
    }
    let more = faults.len().saturating_sub(NAMED);
    faults.truncate(NAMED);
    let mut what = faults.join("; ");
    if more > 0 {
        what.push_str(&format!("; and {more} more"));
    }
    let message = format!("the restored database is not what the archive holds: {what}");
    Err(Error::new(Kind::Archive, message)
        .hint("Servers of different versions may print the same values otherwise: prove an archive on its own version."))
}

/// What entries of one name hold together.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    entries: u64,
    rows: Option<u64>,
    sum: Option<Sum>,
}

fn counted(entries: &[TocEntry]) -> BTreeMap<String, Counted> {
    let mut all: BTreeMap<String, Counted> = BTreeMap::new();
    // The database itself has another name.
    let own = |entry: &&TocEntry| {
        let database = entry.kind.starts_with("database") || entry.kind == "read_only";
        entry.section != Section::Database && !database
    };
    for entry in entries.iter().filter(own) {
        all.entry(entry.label()).or_default().add(entry);
    }
    all
}

impl Counted {
    fn add(&mut self, entry: &TocEntry) {
        self.entries += 1;
        if let Some(rows) = entry.rows {
            *self.rows.get_or_insert(0) += rows;
        }
        if let Some(sum) = entry.sum {
            self.sum = Some(self.sum.unwrap_or_default().and(sum));
        }
    }

    fn fault(&self, found: &Self) -> Option<String> {
        if found.entries < self.entries {
            return Some(format!(
                "is there {} times, not {}",
                found.entries, self.entries
            ));
        }
        let wanted = self.rows?;
        let rows = found.rows.unwrap_or(0);
        if rows != wanted {
            return Some(format!("has {rows} rows, not {wanted}"));
        }
        match (self.sum, found.sum) {
            (Some(wanted), Some(found)) if wanted != found => {
                Some("has other rows than the archive".to_owned())
            }
            _ => None,
        }
    }
}

impl Proof {
    fn add(&mut self, wanted: &Counted, found: &Counted) {
        self.objects += wanted.entries;
        self.rows += wanted.rows.unwrap_or(0);
        self.sums +=
            u64::from(wanted.rows.is_some() && wanted.sum.is_some() && found.sum.is_some());
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::archive::codec::{Codec, Encoder};
    use crate::archive::toc::{ArchiveKind, FORMAT, Head, Text};
    use crate::archive::writer::{Part, Writer};
    use crate::plan::entry::EntryId;
    use crate::source::ServerInfo;
    use crate::sql::dialect::Dialect;

    fn toc(rows: &[&str]) -> Vec<TocEntry> {
        let mut encoder = Encoder::new(Codec::None).unwrap();
        let mut writer = Writer::new(Vec::new(), Codec::None);
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        let sql = format!("COPY t (a) FROM stdin;\n{lines}\\.\n");
        let frame = encoder.encode(sql.as_bytes()).unwrap();
        let part = Part {
            entry: EntryId(1),
            slice: 0,
            offset: 0,
            length: frame.raw,
            rows: rows.len() as u64,
        };
        writer.append(&frame, &[part]).unwrap();
        let head = Head {
            format: FORMAT,
            tool: "0".into(),
            kind: ArchiveKind::Database,
            dialect: Dialect::Postgres,
            server: ServerInfo::default(),
            database: Text::default(),
            encoding: "UTF8".into(),
            position: None,
            started: chrono::DateTime::UNIX_EPOCH,
            ended: chrono::DateTime::UNIX_EPOCH,
            codec: "none".into(),
            switches: Vec::new(),
            warnings: Vec::new(),
        };
        let line = TocEntry {
            id: EntryId(1),
            kind: "table_data".into(),
            section: Section::Data,
            schema: None,
            name: Text("t".into()),
            detail: Text::default(),
            owner: None,
            needs: Vec::new(),
            pieces: Vec::new(),
            rows: Some(0),
            in_turn: false,
            bytes: 0,
            sum: None,
            digest: None,
            sql: Vec::new(),
            drop: Vec::new(),
        };
        let mut written = Vec::new();
        let each = |entry: &TocEntry| {
            written.push(entry.clone());
            Ok(())
        };
        writer.finish(head, [Ok(line)], each).unwrap();
        written
    }

    #[test]
    fn a_row_that_is_missing_changed_or_doubled_is_found() {
        let archive = toc(&["a", "b"]);
        assert_eq!(compare(&archive, &toc(&["b", "a"])).unwrap().sums, 1);
        for (rows, fault) in [
            (&["a"][..], "has 1 rows, not 2"),
            (&["a", "c"], "has other rows"),
            (&["a", "a"], "has other rows"),
        ] {
            let error = compare(&archive, &toc(rows)).unwrap_err();
            assert!(error.line().contains(fault), "{error}");
        }
        let mut none = toc(&[]);
        none.clear();
        let error = compare(&archive, &none).unwrap_err();
        assert!(
            error.line().contains("table_data t is not there"),
            "{error}"
        );
    }
}
