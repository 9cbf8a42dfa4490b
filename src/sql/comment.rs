//! Names in the comments of a script.

/// Makes text safe for a `--` comment: what could end its line, and every other control byte, is
/// written as an escape. Other bytes stay, in whatever encoding they are.
#[must_use]
pub fn comment_line(text: &[u8]) -> Vec<u8> {
    let mut line = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'\n' => line.extend_from_slice(b"\\n"),
            b'\r' => line.extend_from_slice(b"\\r"),
            b'\\' => line.extend_from_slice(b"\\\\"),
            0..0x20 | 0x7f => line.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
            _ => line.push(byte),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sql::dialect::Dialect;
    use crate::sql::split::Splitter;

    #[test]
    fn control_bytes_are_escaped() {
        assert_eq!(
            comment_line(b"a\n\\! id\r\0\x7f\xe9"),
            b"a\\n\\\\! id\\r\\x00\\x7f\xe9"
        );
    }

    proptest! {
        #[test]
        fn names_stay_in_their_line(name in proptest::collection::vec(any::<u8>(), 0..40)) {
            let script = [b"-- Name: ".as_slice(), &comment_line(&name), b"\n"].concat();
            for dialect in [Dialect::Postgres, Dialect::Mysql] {
                let mut splitter = Splitter::new(dialect);
                splitter.push(&script);
                splitter.end();
                prop_assert!(matches!(splitter.next(), Ok(None)));
            }
        }
    }
}
