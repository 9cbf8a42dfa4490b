//! The list of an archive's entries as a file: written by `restore --list`, edited by a user, read
//! by `--use-list`. A line is an entry's number and its label; what follows a `;` is a comment. Pure.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::archive::toc::Toc;
use crate::error::{Error, Kind, Result, visible};
use crate::plan::entry::Section;

/// The list of these entries.
#[must_use]
pub fn write(toc: &Toc, places: &[usize]) -> String {
    let mut out = String::from(
        "; Entries of an archive, in the order in which they are restored. Delete or move\n\
         ; lines, or begin them with a semicolon, and give the file to `restore --use-list`.\n",
    );
    for entry in toc.entries.those(places) {
        if entry.section != Section::Database {
            let _ = writeln!(out, "{} {}", entry.id.0, visible(&entry.label()));
        }
    }
    out
}

/// The numbers in a list.
pub fn read(text: &str) -> Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.split(';').next().unwrap_or_default().trim();
        let Some(first) = line.split_whitespace().next() else {
            continue;
        };
        let number = first.parse().map_err(|_| {
            let what = format!("line {} of the list does not begin with a number", at + 1);
            Error::new(Kind::Usage, what)
        })?;
        if numbers.contains(&number) {
            let what = format!("entry {number} is in the list twice");
            return Err(Error::new(Kind::Usage, what));
        }
        numbers.push(number);
    }
    Ok(numbers)
}

/// These places in the list's order; what is not in the list (its needs) stands in front. An order
/// in which something would come before what it needs is an error.
pub(super) fn in_order(toc: &Toc, places: &[usize], list: &[u32]) -> Result<Vec<usize>> {
    let rank: HashMap<u32, usize> = list.iter().copied().zip(1..).collect();
    let mut sorted = places.to_vec();
    sorted.sort_by_key(|at| {
        let rank = toc.entries.id(*at).and_then(|id| rank.get(&id.0));
        // Definitions come before rows, and rows before what stands on them, in any list.
        let section = toc.entries.section(*at);
        (section, rank.copied().unwrap_or_default(), *at)
    });
    let label = |at: usize| {
        let entry = toc.entries.get(at);
        entry.map(|entry| entry.label()).unwrap_or_default()
    };
    let mut later: HashSet<usize> = sorted.iter().copied().collect();
    for at in &sorted {
        later.remove(at);
        let mut needs = toc.entries.needed(*at);
        if let Some(need) = needs.find(|need| later.contains(need)) {
            let what = format!(
                "the list has {} before {}, which it needs",
                label(*at),
                label(need)
            );
            return Err(Error::new(Kind::Usage, what));
        }
    }
    Ok(sorted)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_left_in_the_list_is_read() {
        let text = "; head\n12 table public.t\n\n;13 table public.u\n 7 index i ; why\n";
        assert_eq!(read(text).unwrap(), [12, 7]);
    }

    #[test]
    fn what_is_no_list_is_said() {
        let error = read("1 a\ntable t").unwrap_err();
        assert_eq!(
            error.line(),
            "line 2 of the list does not begin with a number"
        );
        let error = read("1 a\n1 b").unwrap_err();
        assert_eq!(error.line(), "entry 1 is in the list twice");
    }
}
