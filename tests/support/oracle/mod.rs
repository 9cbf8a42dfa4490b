//! The oracle: are two databases the same? Definitions by the reference dumper, data row by row in
//! an order of their own. An empty answer means equal; otherwise the first differences.

mod mysql;
mod postgres;

use std::cmp::Ordering;
use std::iter::Peekable;

pub(crate) use mysql::{State as MysqlState, compare as mysql};
pub(crate) use postgres::{
    Picture as PostgresPicture, compare as postgres, compare_as_restored as postgres_as_restored,
    compare_globals as postgres_globals,
};

/// How many differences are worth reading.
const ENOUGH: usize = 25;

/// How much of a line is.
const WIDTH: usize = 400;

/// Compares two texts line by line; an error lists the first differences.
pub(crate) fn text(what: &str, a: &str, b: &str) -> Result<(), String> {
    report(diff_text(what, a, b))
}

/// The lines at which two texts part, in order, by the longest common part around each.
fn diff_text(what: &str, a: &str, b: &str) -> Vec<String> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.lines().collect(), b.lines().collect());
    let mut found = Vec::new();
    let (mut i, mut j) = (0, 0);
    while (i < a.len() || j < b.len()) && found.len() < ENOUGH {
        if a.get(i) == b.get(j) {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (skip_a, skip_b) = rejoin(&a[i..], &b[j..]);
        found.extend(a[i..i + skip_a].iter().map(|l| only("A", what, l)));
        found.extend(b[j..j + skip_b].iter().map(|l| only("B", what, l)));
        (i, j) = (i + skip_a, j + skip_b);
    }
    found.truncate(ENOUGH);
    found
}

/// How many lines of each to leave out so that both go on alike.
fn rejoin(a: &[&str], b: &[&str]) -> (usize, usize) {
    const LOOK_AHEAD: usize = 200;
    for sum in 1..LOOK_AHEAD {
        for skip_a in 0..=sum.min(a.len()) {
            let skip_b = sum - skip_a;
            let alike =
                |n: usize| matches!((a.get(skip_a + n), b.get(skip_b + n)), (x, y) if x == y);
            if skip_b <= b.len() && alike(0) && alike(1) {
                return (skip_a, skip_b);
            }
        }
    }
    (a.len(), b.len())
}

/// The lines that only one of two sorted lists has, counted as often as they come.
fn diff_sorted<'a>(
    what: &str,
    a: impl Iterator<Item = &'a str>,
    b: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    let mut found = Vec::new();
    while found.len() < ENOUGH {
        match next_side(&mut a, &mut b) {
            None => break,
            Some(Ordering::Equal) => drop((a.next(), b.next())),
            Some(Ordering::Less) => found.extend(a.next().map(|l| only("A", what, l))),
            Some(Ordering::Greater) => found.extend(b.next().map(|l| only("B", what, l))),
        }
    }
    found
}

/// Which side has the smaller next line; none at the end of both.
fn next_side<'a>(
    a: &mut Peekable<impl Iterator<Item = &'a str>>,
    b: &mut Peekable<impl Iterator<Item = &'a str>>,
) -> Option<Ordering> {
    match (a.peek(), b.peek()) {
        (None, None) => None,
        (Some(_), None) => Some(Ordering::Less),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(a), Some(b)) => Some(a.cmp(b)),
    }
}

fn only(side: &str, what: &str, line: &str) -> String {
    let shown: String = line.chars().take(WIDTH).collect();
    format!("{what}: only in {side}: {shown}")
}

/// The differences as one text to read, or nothing.
fn report(found: Vec<String>) -> Result<(), String> {
    if found.is_empty() {
        return Ok(());
    }
    Err(found.join("\n"))
}

/// Sorts the rows of one table, byte by byte.
fn sorted(rows: &str) -> Vec<&str> {
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    rows
}
