//! Is what was restored what the archive holds? Compared are the objects, the rows of each table and
//! the sums over them. Pure.

use std::collections::{BTreeMap, HashMap};

use crate::archive::entries::TocEntries;
use crate::archive::sum::Sum;
use crate::archive::toc::{Check, TocEntry};
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
pub fn compare(archive: &TocEntries, restored: Tally) -> Result<Proof> {
    let (mut wanted, found) = (Tally::default(), restored.all());
    archive.iter().for_each(|entry| wanted.add(&entry));
    let mut proof = Proof::default();
    let mut faults: HashMap<Check, String> = HashMap::new();
    for wanted in wanted.all() {
        let place = found.binary_search_by_key(&wanted.label.0, |found| found.label.0);
        let found = place.ok().and_then(|at| found.get(at));
        let fault = match found {
            None => Some("is not there".to_owned()),
            Some(found) => wanted.fault(found),
        };
        match (fault, found) {
            (Some(fault), _) => {
                faults.insert(wanted.label, fault);
            }
            (None, found) => found.iter().for_each(|found| proof.add(&wanted, found)),
        }
    }
    if faults.is_empty() {
        return Ok(proof);
    }
    let count = faults.len();
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for entry in archive {
        let label = entry.label();
        if let Some(fault) = faults.remove(&digest(&label)) {
            named.insert(label, fault);
        }
        if named.len() > NAMED {
            named.pop_last();
        }
    }
    let more = count.saturating_sub(named.len());
    let named: Vec<String> = named
        .iter()
        .map(|(label, fault)| format!("{label} {fault}"))
        .collect();
    let mut what = named.join("; ");
    if more > 0 {
        what.push_str(&format!("; and {more} more"));
    }
    let message = format!("the restored database is not what the archive holds: {what}");
    Err(Error::new(Kind::Archive, message)
        .hint("Servers of different versions may print the same values otherwise: prove an archive on its own version."))
}

/// What a database holds, by the labels' digests: of a hundred thousand tables there are hundreds of thousands
/// of labels.
#[derive(Debug, Default)]
pub struct Tally(Vec<Counted>);

/// What entries of one label hold together.
#[derive(Debug, Clone, Copy)]
struct Counted {
    label: Check,
    entries: u32,
    is_rows: bool,
    is_summed: bool,
    rows: u64,
    sum: Sum,
}

impl Tally {
    /// Takes an entry.
    pub fn add(&mut self, entry: &TocEntry) {
        // The database itself has another name.
        let database = entry.kind.starts_with("database") || entry.kind == "read_only";
        // What the planner knows is the server's own, and made anew where it is not taken in.
        let statistics = entry.kind == "relation_statistics";
        if entry.section == Section::Database || database || statistics {
            return;
        }
        self.0.push(Counted {
            label: digest(&entry.label()),
            entries: 1,
            is_rows: entry.rows.is_some(),
            is_summed: entry.sum.is_some(),
            rows: entry.rows.unwrap_or(0),
            sum: entry.sum.unwrap_or_default(),
        });
    }

    /// One for each label, by its digest.
    fn all(mut self) -> Vec<Counted> {
        self.0.sort_unstable_by_key(|one| one.label.0);
        self.0.dedup_by(|next, before| {
            let same = next.label == before.label;
            if same {
                before.join(next);
            }
            same
        });
        self.0
    }
}

fn digest(label: &str) -> Check {
    Check::of(label.as_bytes())
}

impl Counted {
    fn join(&mut self, other: &Self) {
        self.entries += other.entries;
        self.is_rows |= other.is_rows;
        self.is_summed |= other.is_summed;
        self.rows += other.rows;
        self.sum = self.sum.and(other.sum);
    }

    fn fault(&self, found: &Self) -> Option<String> {
        if found.entries < self.entries {
            return Some(format!(
                "is there {} times, not {}",
                found.entries, self.entries
            ));
        }
        if !self.is_rows {
            return None;
        }
        if found.rows != self.rows {
            return Some(format!("has {} rows, not {}", found.rows, self.rows));
        }
        let summed = self.is_summed && found.is_summed;
        (summed && self.sum != found.sum).then(|| "has other rows than the archive".to_owned())
    }
}

impl Proof {
    fn add(&mut self, wanted: &Counted, found: &Counted) {
        self.objects += u64::from(wanted.entries);
        self.rows += wanted.rows;
        self.sums += u64::from(wanted.is_rows && wanted.is_summed && found.is_summed);
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
        let tally = |entries: &[TocEntry]| {
            let mut tally = Tally::default();
            entries.iter().for_each(|entry| tally.add(entry));
            tally
        };
        let archive = TocEntries::of(toc(&["a", "b"])).unwrap();
        let same = tally(&toc(&["b", "a"]));
        assert_eq!(compare(&archive, same).unwrap().sums, 1);
        for (rows, fault) in [
            (&["a"][..], "has 1 rows, not 2"),
            (&["a", "c"], "has other rows"),
            (&["a", "a"], "has other rows"),
        ] {
            let error = compare(&archive, tally(&toc(rows))).unwrap_err();
            assert!(error.line().contains(fault), "{error}");
        }
        let error = compare(&archive, tally(&[])).unwrap_err();
        assert!(
            error.line().contains("table_data t is not there"),
            "{error}"
        );
    }
}
