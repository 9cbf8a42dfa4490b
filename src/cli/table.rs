//! Plain tables for the terminal: columns as wide as their widest cell.

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
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (width, cell) in widths.iter().zip(row) {
                line.push_str(&format!(" {cell:<width$}"));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["a", "b"]);
        table.row(["long".to_owned(), "\u{1b}x".to_owned()]);
        assert_eq!(table.show(), "  a    b\n  long \\u{1b}x\n");
    }
}
