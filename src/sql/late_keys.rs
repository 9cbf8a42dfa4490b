//! The plain keys of a table, apart from its `CREATE TABLE`: InnoDB builds a key from rows that are
//! there in half the time that it takes to keep it up while they come. Pure.
//!
//! Servers list a table's keys by kind, and those of one kind in the order in which they were made.
//! So all plain keys are made later, in their order, or none: then `SHOW CREATE TABLE` says the same
//! as before. What is not known here to end so leaves a table as it is.

use bstr::ByteSlice as _;

/// A table in two statements.
#[derive(Debug, PartialEq, Eq)]
pub struct Apart {
    /// `CREATE TABLE` without the plain keys.
    pub create: Vec<u8>,
    /// `ALTER TABLE … ADD KEY …` with all of them.
    pub add: Vec<u8>,
}

/// Takes a statement of MySQL's or MariaDB's own spelling apart. `None`: it has no plain keys, or
/// they had better be made with the table.
#[must_use]
pub fn apart(statement: &[u8]) -> Option<Apart> {
    let table = Table::read(statement)?;
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut keys: Vec<&[u8]> = Vec::new();
    for item in &table.items {
        match kind(item)? {
            Item::PlainKey => keys.push(item),
            // Another kind behind a plain key is an order that later keys may not come to.
            Item::Key if !keys.is_empty() => return None,
            Item::Key | Item::Column | Item::Check => kept.push(item),
        }
    }
    if keys.is_empty() || !counters_have_keys(&kept) {
        return None;
    }
    let adds: Vec<Vec<u8>> = keys.iter().map(|key| [b"ADD ", *key].concat()).collect();
    Some(Apart {
        create: [table.head, &kept.join(&b",\n"[..]), table.rest].concat(),
        add: [b"ALTER TABLE ", table.name, b" ", &adds.join(&b", "[..])].concat(),
    })
}

/// The tables that a statement's foreign keys point to, as they are written there.
#[must_use]
pub fn pointed_to(statement: &[u8]) -> Vec<Vec<u8>> {
    let items = Table::read(statement).map(|table| table.items);
    let foreign = items.into_iter().flatten().filter_map(|item| {
        let at = position(item, b" REFERENCES ")?;
        let names = &item[at + b" REFERENCES ".len()..];
        Some(name(names)?.1.to_vec())
    });
    foreign.collect()
}

/// The names of those of them that are in the table's own database.
#[must_use]
pub fn pointed_to_here(statement: &[u8]) -> Vec<Vec<u8>> {
    let items = Table::read(statement).map(|table| table.items);
    let foreign = items.into_iter().flatten().filter_map(|item| {
        let at = position(item, b" REFERENCES ")?;
        let (length, last) = name(&item[at + b" REFERENCES ".len()..])?;
        let inside = last.get(1..last.len().saturating_sub(1))?;
        (length == last.len()).then(|| inside.replace(b"``", b"`"))
    });
    foreign.collect()
}

/// Whether it makes an ordinary InnoDB table with no foreign keys.
#[must_use]
pub fn stands_alone(statement: &[u8]) -> bool {
    let items = Table::read(statement).map(|table| table.items);
    items.is_some_and(|items| {
        let points = |item: &&[u8]| position(item, b"REFERENCES ").is_some();
        !items.iter().any(points)
    })
}

/// The last part of a quoted name, as it is written: `` `a` `` of `` `b`.`a` ``.
#[must_use]
pub fn last_part(names: &[u8]) -> &[u8] {
    name(names).map_or(names, |(_, last)| last)
}

enum Item {
    Column,
    Check,
    /// A primary or unique key.
    Key,
    PlainKey,
}

/// `None` is what this does not take apart.
fn kind(item: &[u8]) -> Option<Item> {
    if item.starts_with(b"`") {
        return Some(Item::Column);
    }
    if item.starts_with(b"PRIMARY KEY ") || item.starts_with(b"UNIQUE KEY ") {
        return Some(Item::Key);
    }
    // Keys on expressions make columns of their own, which have a place too.
    if item.starts_with(b"KEY `") {
        return position(item, b"((").is_none().then_some(Item::PlainKey);
    }
    let named = item.strip_prefix(b"CONSTRAINT ");
    let check = match named {
        Some(named) => named.get(name(named)?.0..)?.trim_ascii_start(),
        None => item,
    };
    check.starts_with(b"CHECK ").then_some(Item::Check)
}

/// A column that counts needs a key from the first row on.
fn counters_have_keys(kept: &[&[u8]]) -> bool {
    let counters = kept
        .iter()
        .filter(|item| item.starts_with(b"`") && position(item, b"AUTO_INCREMENT").is_some());
    counters.into_iter().all(|counter| {
        let column = name(counter).map_or(&counter[..], |(length, _)| &counter[..length]);
        kept.iter().any(|key| {
            let columns = (!key.starts_with(b"`")).then(|| position(key, b"("));
            let first = columns.flatten().and_then(|at| key.get(at + 1..));
            first.is_some_and(|first| first.starts_with(column))
        })
    })
}

/// `CREATE TABLE` in its parts.
struct Table<'a> {
    name: &'a [u8],
    /// Up to the first column.
    head: &'a [u8],
    items: Vec<&'a [u8]>,
    /// From the end of the last one on.
    rest: &'a [u8],
}

impl<'a> Table<'a> {
    fn read(statement: &'a [u8]) -> Option<Self> {
        const CREATE: &[u8] = b"CREATE TABLE ";
        let names = statement.strip_prefix(CREATE)?;
        let (length, _) = name(names)?;
        let open = CREATE.len() + length;
        if !statement.get(open..)?.starts_with(b" (\n") {
            return None;
        }
        let body = open + 3;
        let (items, end) = items(statement.get(body..)?)?;
        let rest = &statement[body + end..];
        let options = rest
            .trim_ascii_start()
            .strip_prefix(b")")?
            .trim_ascii_start();
        let plain = options.starts_with(b"ENGINE=InnoDB")
            && [&b"PARTITION"[..], b"SYSTEM VERSIONING", b"PERIOD"]
                .iter()
                .all(|word| find(rest, word).is_none());
        plain.then_some(Self {
            name: &names[..length],
            head: &statement[..body],
            items,
            rest,
        })
    }
}

/// The length of a quoted name, with the schema before it, and its last part.
fn name(text: &[u8]) -> Option<(usize, &[u8])> {
    let (mut at, mut from) = (0, 0);
    loop {
        if text.get(at) != Some(&b'`') {
            return None;
        }
        at = closed(text, at)?;
        if text.get(at) != Some(&b'.') {
            return Some((at, &text[from..at]));
        }
        at += 1;
        from = at;
    }
}

/// The items up to the parenthesis that closes them, and where they end.
fn items(text: &[u8]) -> Option<(Vec<&[u8]>, usize)> {
    let (mut items, mut from, mut depth, mut at) = (Vec::new(), 0, 0_u32, 0);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\'' | b'"' | b'`' => {
                at = closed(text, at)?;
                continue;
            }
            b'(' => depth += 1,
            b')' if depth == 0 => {
                let end = from + text[from..at].trim_ascii_end().len();
                items.push(text[from..end].trim_ascii_start());
                return Some((items, end));
            }
            b')' => depth -= 1,
            b',' if depth == 0 => {
                items.push(text[from..at].trim_ascii());
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Behind the quote that closes the one at this place.
fn closed(text: &[u8], at: usize) -> Option<usize> {
    let quote = *text.get(at)?;
    let mut at = at + 1;
    loop {
        match *text.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            byte if byte == quote && text.get(at + 1) == Some(&quote) => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Where these bytes stand outside of quotes.
fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(wanted) {
            return Some(at);
        }
        at = match text[at] {
            b'\'' | b'"' | b'`' => closed(text, at)?,
            _ => at + 1,
        };
    }
    None
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn told(statement: &str) -> Option<(String, String)> {
        let apart = apart(statement.as_bytes())?;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Some((text(apart.create), text(apart.add)))
    }

    #[test]
    fn tables_with_foreign_keys_do_not_stand_alone() {
        let table = |more: &str, engine: &str| {
            format!(
                "CREATE TABLE `t` (\n  `REFERENCES ` int DEFAULT 'REFERENCES '{more}\n) ENGINE={engine}"
            )
        };
        let key = ",\n  CONSTRAINT `k` FOREIGN KEY (`a`) REFERENCES `p` (`b`)";
        assert!(stands_alone(table("", "InnoDB").as_bytes()));
        assert!(!stands_alone(table(key, "InnoDB").as_bytes()));
        assert!(!stands_alone(
            table("", "MRG_MyISAM UNION=(`a`)").as_bytes()
        ));
        assert!(!stands_alone(b"ALTER TABLE `t` ADD KEY `a` (`a`)"));
    }

    #[test]
    fn plain_keys_are_made_later_in_their_order() {
        let (create, add) = told(
            "CREATE TABLE `t` (\n  `id` int NOT NULL AUTO_INCREMENT,\n  `a, (` varchar(9) DEFAULT ') KEY `',\n  \
             PRIMARY KEY (`id`),\n  UNIQUE KEY `u` (`a, (`),\n  KEY `k2` (`a, (`(3)) COMMENT 'it''s, \\' so',\n  \
             KEY `k``1` (`id`,`a, (`) /*!80000 INVISIBLE */,\n  CONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        )
        .unwrap();
        assert_eq!(
            create,
            "CREATE TABLE `t` (\n`id` int NOT NULL AUTO_INCREMENT,\n`a, (` varchar(9) DEFAULT ') KEY `',\n\
             PRIMARY KEY (`id`),\nUNIQUE KEY `u` (`a, (`),\nCONSTRAINT `c` CHECK (`id` > 0)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
        );
        assert_eq!(
            add,
            "ALTER TABLE `t` ADD KEY `k2` (`a, (`(3)) COMMENT 'it''s, \\' so', ADD KEY `k``1` (`id`,`a, (`) /*!80000 INVISIBLE */"
        );
    }

    #[test]
    fn other_tables_are_left_as_they_are() {
        for body in [
            // nothing to be made later
            "  `id` int,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB",
            // what counts is found by a plain key
            "  `id` int AUTO_INCREMENT,\n  KEY `k` (`id`)\n) ENGINE=InnoDB",
            "  `id` int AUTO_INCREMENT,\n  `a` int,\n  UNIQUE KEY `u` (`a`,`id`),\n  KEY `k` (`id`)\n) ENGINE=InnoDB",
            // others need a key, or come behind it
            "  `a` int,\n  KEY `k` (`a`),\n  CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `o` (`a`)\n) ENGINE=InnoDB",
            "  `a` text,\n  KEY `k` (`a`(5)),\n  FULLTEXT KEY `f` (`a`)\n) ENGINE=InnoDB",
            "  `a` int,\n  KEY `k` (`a`),\n  UNIQUE KEY `u` (`a`) USING HASH\n) ENGINE=InnoDB",
            "  `a` int,\n  KEY `k` ((`a` + 1))\n) ENGINE=InnoDB",
            "  `a` int,\n  KEY `k` (`a`)\n) ENGINE=MyISAM",
            "  `a` int,\n  KEY `k` (`a`)\n) ENGINE=InnoDB\n PARTITION BY HASH (`a`)",
            "  `a` int,\n  KEY `k` (`a`)\n) ENGINE=InnoDB WITH SYSTEM VERSIONING",
            "  `a` int,\n  KEY `k` (`a`)",
        ] {
            assert_eq!(told(&format!("CREATE TABLE `t` (\n{body}")), None, "{body}");
        }
        assert_eq!(
            told("CREATE TABLE t (a int, KEY k (a)) ENGINE=InnoDB"),
            None
        );
    }

    #[test]
    fn foreign_keys_name_their_tables() {
        let sql = "CREATE TABLE `t` (\n  `a` int DEFAULT ' REFERENCES `x`',\n  \
                   CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `d`.`o` (`a`),\n  \
                   CONSTRAINT `g` FOREIGN KEY (`a`) REFERENCES `p` (`a`)\n) ENGINE=InnoDB";
        assert_eq!(
            pointed_to(sql.as_bytes()),
            [b"`o`".to_vec(), b"`p`".to_vec()]
        );
    }
}
