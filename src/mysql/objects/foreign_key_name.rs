//! Names with a backtick in foreign keys: MariaDB before 11 prints the key's name and columns there
//! with that backtick alone, where it had to be written twice. No statement can be read so; they are
//! told by what stands between the names, and the columns by the tables that have them.

use bstr::{BStr, BString, ByteSlice};

use crate::mysql::inventory::Relation;
use crate::mysql::quote::{ident, push_ident, unquote_ident};
use crate::mysql::relations::Relations;

const BEGIN: &[u8] = b"\n  CONSTRAINT `";
const COLUMNS: &[u8] = b"` FOREIGN KEY (`";
const TABLE: &[u8] = b"`) REFERENCES ";
const END: &[u8] = b"`)";

/// The statement with its foreign keys' names quoted. What can't be told stays as it is, and is
/// refused where the statement is checked.
pub(super) fn with_quoted_names(
    create: &BString,
    own: &Relation,
    (relations, all_raw): (&Relations, bool),
) -> BString {
    if !create.contains_str(COLUMNS) {
        return create.clone();
    }
    let (mut out, mut rest) = (Vec::new(), create.as_bstr());
    while let Some(at) = rest.find(BEGIN) {
        let (head, tail) = rest.split_at(at + BEGIN.len() - 1);
        out.extend_from_slice(head);
        rest = BStr::new(tail);
        let mend = Mend {
            own,
            relations,
            all_raw,
        };
        if let Some((text, after)) = mend.key(rest) {
            out.extend_from_slice(&text);
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out.into()
}

struct Mend<'a> {
    own: &'a Relation,
    relations: &'a Relations,
    all_raw: bool,
}

impl Mend<'_> {
    /// From a key's name to the end of its columns, and what follows.
    fn key<'t>(&self, text: &'t BStr) -> Option<(Vec<u8>, &'t BStr)> {
        // the next constraint is none of this one's
        let whole = text.get(..text.find(BEGIN).unwrap_or(text.len()))?;
        let (name, rest) = whole.get(1..)?.split_once_str(COLUMNS)?;
        let (columns, rest) = rest.split_once_str(TABLE)?;
        let (mut table, mut after) = unquote_ident(rest)?;
        if let Some(tail) = after.strip_prefix(b".") {
            (table, after) = unquote_ident(tail)?;
        }
        let named = rest.get(..rest.len() - after.len())?;
        let (referenced, after) = after.strip_prefix(b" (`")?.split_once_str(END)?;
        let parent = self.relations.find(&table);
        let mut out = ident(&self.name(name)).to_vec();
        out.extend_from_slice(b" FOREIGN KEY (");
        out.extend_from_slice(&self.columns(columns, Some(self.own))?);
        out.extend_from_slice(b") REFERENCES ");
        out.extend_from_slice(named);
        out.extend_from_slice(b" (");
        out.extend_from_slice(&self.columns(referenced, parent.as_deref())?);
        out.push(b')');
        let tail = text.get(whole.len() - after.len()..)?;
        Some((out, BStr::new(tail)))
    }

    /// A name, as it is printed between backticks, as it is.
    fn name(&self, printed: &[u8]) -> BString {
        let doubled = unquote_whole(printed);
        doubled
            .filter(|_| !self.all_raw)
            .unwrap_or_else(|| printed.into())
    }

    fn columns(&self, printed: &[u8], table: Option<&Relation>) -> Option<BString> {
        let mut out = Vec::new();
        for (at, one) in printed.split_str("`, `").enumerate() {
            let has = |name: &[u8]| {
                let columns = |table: &Relation| {
                    let mut columns = table.columns.iter();
                    columns.any(|column| column.name.eq_ignore_ascii_case(name))
                };
                table.is_some_and(columns)
            };
            let doubled = unquote_whole(one);
            let name = match doubled {
                Some(name) if !has(one) && has(&name) => name,
                // every column of a table that is known is one of its own
                _ if table.is_some_and(|table| !table.columns.is_empty()) && !has(one) => {
                    return None;
                }
                _ => self.name(one),
            };
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            push_ident(&mut out, &name);
        }
        Some(out.into())
    }
}

/// What stands between two backticks, if each of its own is written twice.
fn unquote_whole(printed: &[u8]) -> Option<BString> {
    let quoted = [b"`", printed, b"`"].concat();
    let (name, rest) = unquote_ident(&quoted)?;
    (rest.is_empty() && ident(&name) == quoted.as_slice()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mysql::inventory::Column;

    fn table(name: &str, columns: &[&str]) -> Relation {
        let column = |name: &&str| Column {
            name: (*name).into(),
            ..Column::default()
        };
        Relation {
            name: name.into(),
            columns: columns.iter().map(column).collect(),
            ..Relation::default()
        }
    }

    #[test]
    fn names_are_quoted_as_they_are() {
        let own = table("c", &["a", "d`d", "x``y"]);
        let all = vec![table("p`t", &["i`d"]), own.clone()].into();
        let mend = |text: &str| with_quoted_names(&text.into(), &own, (&all, true));
        assert_eq!(
            mend(
                "CREATE TABLE `c` (\n  `a` int,\n  CONSTRAINT `k`x` FOREIGN KEY (`a`, `d`d`) REFERENCES \
                 `p``t` (`i`d`) ON DELETE CASCADE,\n  CONSTRAINT `c` CHECK (`a` > 1),\n  \
                 CONSTRAINT `o` FOREIGN KEY (`x``y`) REFERENCES `e`.`u` (`z`)\n) ENGINE=InnoDB"
            ),
            "CREATE TABLE `c` (\n  `a` int,\n  CONSTRAINT `k``x` FOREIGN KEY (`a`, `d``d`) REFERENCES \
             `p``t` (`i``d`) ON DELETE CASCADE,\n  CONSTRAINT `c` CHECK (`a` > 1),\n  \
             CONSTRAINT `o` FOREIGN KEY (`x````y`) REFERENCES `e`.`u` (`z`)\n) ENGINE=InnoDB"
        );
    }

    #[test]
    fn names_that_are_quoted_stay() {
        let own = table("c", &["d`d"]);
        let text = "CREATE TABLE `c` (\n  CONSTRAINT `k``x` FOREIGN KEY (`d``d`) REFERENCES `p` (`i``d`)\n)";
        assert_eq!(
            with_quoted_names(&text.into(), &own, (&Relations::default(), false)),
            text
        );
    }
}
