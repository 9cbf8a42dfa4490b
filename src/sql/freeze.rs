//! `COPY … WITH (FREEZE)`: rows that need no second visit by VACUUM, and that index builds read with
//! less work. The server takes it for a table that was made or emptied in the same transaction
//! (PostgreSQL manual, "COPY"). Pure.

/// A COPY that freezes, with what has to go before it.
#[derive(Debug, PartialEq, Eq)]
pub struct Frozen {
    /// `TRUNCATE ONLY …`.
    pub empty: Vec<u8>,
    /// `COPY … FROM stdin WITH (FREEZE)`.
    pub copy: Vec<u8>,
    /// The table's name, its schema's before it.
    pub table: Vec<Vec<u8>>,
}

/// Makes this of a `COPY … FROM stdin` of our own spelling; `None` of any other.
#[must_use]
pub fn frozen(statement: &[u8]) -> Option<Frozen> {
    let rest = statement.strip_prefix(b"COPY ")?;
    if !statement.ends_with(b" FROM stdin") {
        return None;
    }
    let (mut at, mut quoted) = (0, false);
    let mut table = vec![Vec::new()];
    loop {
        let byte = *rest.get(at)?;
        let next = rest.get(at + 1).copied();
        match byte {
            b'"' if quoted && next == Some(b'"') => {
                table.last_mut()?.push(b'"');
                at += 1;
            }
            b'"' => quoted = !quoted,
            b' ' if !quoted => break,
            b'.' if !quoted => table.push(Vec::new()),
            byte => table.last_mut()?.push(byte),
        }
        at += 1;
    }
    Some(Frozen {
        table,
        empty: [b"TRUNCATE ONLY ", &rest[..at]].concat(),
        copy: [statement, b" WITH (FREEZE)"].concat(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    #[test]
    fn the_table_is_emptied_first() {
        for (copy, table, names) in [
            (
                "COPY public.t (a, b) FROM stdin",
                "public.t",
                ["public", "t"],
            ),
            (
                "COPY \"a \"\". b\".\"FROM stdin\" FROM stdin",
                "\"a \"\". b\".\"FROM stdin\"",
                ["a \". b", "FROM stdin"],
            ),
        ] {
            let found = frozen(copy.as_bytes()).unwrap();
            assert_eq!(found.table, names.map(|name| name.as_bytes().to_vec()));
            assert_eq!(found.empty, format!("TRUNCATE ONLY {table}").into_bytes());
            assert_eq!(found.copy, format!("{copy} WITH (FREEZE)").into_bytes());
        }
        assert_eq!(frozen(b"COPY t FROM stdin WITH (FORMAT binary)"), None);
        assert_eq!(frozen(b"INSERT INTO t SELECT 1 FROM stdin"), None);
        assert_eq!(frozen(b"COPY \"t FROM stdin"), None);
    }
}
