//! Whether a script is whole: dumpers say at the end that they are done.

use bstr::ByteSlice as _;

use crate::sql::foreign::Maker;

/// The last line stands within so many bytes of the end (pg_dump's `\unrestrict` follows it).
const TAIL: usize = 2048;

/// Keeps the end of what goes by.
#[derive(Debug, Default)]
pub struct Ending {
    tail: Vec<u8>,
}

impl Ending {
    /// The next piece of the script.
    pub fn push(&mut self, piece: &[u8]) {
        let piece = &piece[piece.len().saturating_sub(TAIL)..];
        let over = (self.tail.len() + piece.len()).saturating_sub(TAIL);
        self.tail.drain(..over.min(self.tail.len()));
        self.tail.extend_from_slice(piece);
    }

    /// Whether the script of this maker ends as its maker ends it.
    #[must_use]
    pub fn is_whole(&self, maker: Maker) -> bool {
        let line: &[u8] = match maker {
            Maker::PgDump => b"-- PostgreSQL database dump complete",
            Maker::PgDumpall => b"-- PostgreSQL database cluster dump complete",
            Maker::MysqlDump | Maker::MariadbDump => b"-- Dump completed",
            Maker::BareMariadbDump | Maker::CompactMariadbDump => return true,
        };
        self.tail.lines().any(|found| found.starts_with(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_whatever_the_pieces() {
        let script = [&b"x\n".repeat(3000)[..], b"-- Dump completed on 2026\n"].concat();
        for size in [1, 7, 4096] {
            let mut ending = Ending::default();
            script.chunks(size).for_each(|piece| ending.push(piece));
            assert!(ending.is_whole(Maker::MysqlDump));
            assert!(!ending.is_whole(Maker::PgDump));
            ending.push(&b"INSERT INTO t VALUES (1);\n".repeat(100));
            assert!(!ending.is_whole(Maker::MysqlDump));
        }
    }
}
