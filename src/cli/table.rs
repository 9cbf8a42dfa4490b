//! Plain tables for the terminal: columns as wide as their widest cell.

use std::io::{self, Write};

use crate::error::visible;

/// A table of `N` columns. Cells come from servers and file names: they are made safe here.
#[derive(Debug)]
pub(super) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned)],
        }
    }

    pub(super) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells.map(|cell| visible(&cell)));
    }

    pub(super) fn show(&self) -> String {
        let mut widths = [0; N];
        self.rows.iter().for_each(|row| widen(&mut widths, row));
        self.rows.iter().map(|row| line(&widths, row)).collect()
    }
}

/// Writes a table of rows that are made when they are wanted, twice: for those that are too many to
/// be kept.
pub(super) fn write<const N: usize, I: Iterator<Item = [String; N]>>(
    out: &mut dyn Write,
    head: [&str; N],
    rows: impl Fn() -> I,
) -> io::Result<()> {
    let rows = || {
        let head = std::iter::once(head.map(str::to_owned));
        head.chain(rows().map(|row| row.map(|cell| visible(&cell))))
    };
    let mut widths = [0; N];
    rows().for_each(|row| widen(&mut widths, &row));
    rows().try_for_each(|row| out.write_all(line(&widths, &row).as_bytes()))
}

fn widen<const N: usize>(widths: &mut [usize; N], row: &[String; N]) {
    for (width, cell) in widths.iter_mut().zip(row) {
        *width = (*width).max(cell.chars().count());
    }
}

fn line<const N: usize>(widths: &[usize; N], row: &[String; N]) -> String {
    let mut line = String::from(" ");
    for (width, cell) in widths.iter().zip(row) {
        line.push_str(&format!(" {cell:<width$}"));
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["a", "b"]);
        table.row(["long".to_owned(), "\u{1b}x".to_owned()]);
        let shown = "  a    b\n  long \\u{1b}x\n";
        assert_eq!(table.show(), shown);
        let mut out = Vec::new();
        let row = || std::iter::once(["long".to_owned(), "\u{1b}x".to_owned()]);
        write(&mut out, ["a", "b"], row).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), shown);
    }
}
