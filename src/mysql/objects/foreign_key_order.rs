//! Foreign keys whose columns don't fit any more to those that they reference: changed, dropped or
//! left without an index while checks were off. No server makes such a key beside the other table as
//! it is. MariaDB and MySQL before 8 take it while that table is not there, and that table then by
//! way of another engine. MySQL 8 takes it over a column in the other's character set, which may
//! change again. Pure.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::objects::foreign_key_index::{columns, parts};
use crate::mysql::objects::table::Table;
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::plan::finder::Finder;
use crate::plan::pile::Pile;
use crate::plan::shelf::Reading;

/// A foreign key that the server would refuse, of the child with this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    pub(super) child: usize,
    pub(super) parent: usize,
    /// The child's columns of another character set, with the parent's.
    pub(super) recoded: Vec<(BString, Charset)>,
    /// All that does not fit is character sets.
    pub(super) charsets_only: bool,
}

/// A character set and a collation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Charset {
    name: BString,
    collation: BString,
}

/// What counts of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    class: BString,
    unsigned: bool,
    charset: Option<Charset>,
}

/// What counts of a table.
struct Read {
    columns: HashMap<BString, Shape>,
    indexes: Vec<Vec<BString>>,
    keys: Vec<Key>,
}

struct Key {
    columns: Vec<BString>,
    table: BString,
    referenced: Vec<BString>,
}

/// So many tables are kept as they were read: mostly many keys reference few tables.
const KEPT: usize = 200;

/// Those among tables.
pub(super) fn misfits(tables: &Pile<Table>) -> Result<Vec<Misfit>> {
    let mut children = Vec::new();
    let mut finder = Finder::default();
    for (at, table) in tables.iter().enumerate() {
        let table = table?;
        let (name, create) = table.text();
        finder.push(name);
        if create.contains_str(" REFERENCES `") {
            children.push(at);
        }
    }
    finder.close();
    let mut parents = Parents {
        tables,
        finder,
        reading: Reading::default(),
        read: HashMap::new(),
    };
    let mut found = Vec::new();
    let mut reading = Reading::default();
    for child in children {
        let table = tables.get(child, &mut reading)?;
        let own = Read::of(table.text().1);
        for key in &own.keys {
            if let Some((parent, other)) = parents.find(&key.table)?
                && parent != child
            {
                found.extend(misfit((child, &own), (parent, other), key));
            }
        }
    }
    Ok(found)
}

/// Tables that are referenced.
struct Parents<'a> {
    tables: &'a Pile<Table>,
    finder: Finder,
    reading: Reading,
    read: HashMap<BString, (usize, Read)>,
}

impl Parents<'_> {
    fn find(&mut self, name: &BString) -> Result<Option<(usize, &Read)>> {
        if !self.read.contains_key(name) {
            let mut found = None;
            for at in self.finder.find(name) {
                let table = self.tables.get(at, &mut self.reading)?;
                if table.text().0 == name {
                    found = Some((at, Read::of(table.text().1)));
                }
            }
            if self.read.len() >= KEPT {
                self.read.clear();
            }
            if let Some(found) = found {
                self.read.insert(name.clone(), found);
            }
        }
        Ok(self.read.get(name).map(|(at, read)| (*at, read)))
    }
}

fn misfit(
    (child, own): (usize, &Read),
    (parent, other): (usize, &Read),
    key: &Key,
) -> Option<Misfit> {
    let (mut recoded, mut others) = (Vec::new(), false);
    for (column, referenced) in key.columns.iter().zip(&key.referenced) {
        let Some(one) = own.columns.get(column) else {
            continue;
        };
        match other.columns.get(referenced) {
            Some(two) if one.class != two.class || one.unsigned != two.unsigned => others = true,
            Some(two) if !same(one.charset.as_ref(), two.charset.as_ref()) => {
                recoded.extend(two.charset.clone().map(|two| (column.clone(), two)));
            }
            Some(_) => {}
            None => others = true,
        }
    }
    let serves = |index: &Vec<BString>| index.starts_with(&key.referenced);
    others |= !other.indexes.iter().any(serves);
    (others || !recoded.is_empty()).then_some(Misfit {
        child,
        parent,
        recoded,
        charsets_only: !others,
    })
}

/// Whether one leads to the other along these pairs.
pub(super) fn reaches(pairs: &[(usize, usize)], from: usize, to: usize) -> bool {
    let (mut seen, mut open) = (HashSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            let next = pairs.iter().filter(|(one, _)| *one == at);
            open.extend(next.map(|(_, two)| *two));
        }
    }
    false
}

/// MySQL names a character set's default collation where somebody once wrote it, and only there.
fn same(one: Option<&Charset>, two: Option<&Charset>) -> bool {
    let (Some(one), Some(two)) = (one, two) else {
        return one.is_none() && two.is_none();
    };
    let unsaid = |unsaid: &Charset, said: &Charset| {
        unsaid.collation.is_empty() && is_default(&said.name, &said.collation)
    };
    one.name == two.name && (one.collation == two.collation || unsaid(one, two) || unsaid(two, one))
}

/// Source: `SHOW COLLATION`, the column `Default`, of MySQL 5.6 to 9 and MariaDB 10.5 to 11.
fn is_default(charset: &[u8], collation: &[u8]) -> bool {
    let of = |charset: &[u8], rest: &[u8]| collation == [charset, rest].concat();
    match charset {
        b"binary" => collation == b"binary",
        b"latin1" | b"dec8" | b"swe7" => of(charset, b"_swedish_ci"),
        b"big5" | b"gb2312" | b"gbk" | b"gb18030" => of(charset, b"_chinese_ci"),
        b"sjis" | b"ujis" | b"cp932" | b"eucjpms" => of(charset, b"_japanese_ci"),
        b"euckr" => of(charset, b"_korean_ci"),
        b"tis620" => of(charset, b"_thai_ci"),
        b"utf8mb4" => of(charset, b"_general_ci") || of(charset, b"_0900_ai_ci"),
        _ => of(charset, b"_general_ci"),
    }
}

impl Read {
    fn of(create: &[u8]) -> Self {
        let all: Vec<Token<'_>> = tokens(create, Quoting::default()).collect();
        let default = default_charset(&all);
        let mut read = Self {
            columns: HashMap::new(),
            indexes: Vec::new(),
            keys: Vec::new(),
        };
        for part in parts(&all) {
            let Some(first) = part.first() else { continue };
            if first.is("PRIMARY") || first.is("UNIQUE") || first.is("KEY") {
                read.indexes.push(columns(part));
            } else if first.is("CONSTRAINT") {
                read.keys.extend(key(part));
            } else if let Some(name) = name(first) {
                read.columns
                    .extend(shape(part, default.as_ref()).map(|shape| (name, shape)));
            }
        }
        read
    }
}

fn name(token: &Token<'_>) -> Option<BString> {
    unquote_ident(token.text)
        .filter(|_| token.kind == Kind::Ident)
        .map(|(name, _)| name)
}

/// A key on a table of the same database.
fn key(part: &[Token<'_>]) -> Option<Key> {
    let at = part.iter().position(|token| token.is("REFERENCES"))?;
    let (own, other) = part.split_at(at);
    let [_, table, open, ..] = other else {
        return None;
    };
    Some(Key {
        columns: columns(own),
        table: name(table).filter(|_| open.is_mark(b'('))?,
        referenced: columns(other),
    })
}

/// The word behind this one, or behind the `=` that follows it.
fn value(all: &[Token<'_>], at: usize) -> Option<BString> {
    let next = all.get(at + 1)?;
    let next = if next.is_mark(b'=') {
        all.get(at + 2)?
    } else {
        next
    };
    Some(next.text.into())
}

/// `DEFAULT CHARSET=… COLLATE=…` behind the outer brackets.
fn default_charset(all: &[Token<'_>]) -> Option<Charset> {
    let at = all
        .windows(2)
        .rposition(|pair| matches!(pair, [one, two] if one.is("CHARSET") && two.is_mark(b'=')))?;
    let collation = all.get(at..)?.windows(2);
    let collation = collation
        .enumerate()
        .find(|(_, pair)| matches!(pair, [one, two] if one.is("COLLATE") && two.is_mark(b'=')));
    Some(Charset {
        name: value(all, at)?,
        collation: collation
            .and_then(|(from, _)| value(all, at + from))
            .unwrap_or_default(),
    })
}

fn shape(part: &[Token<'_>], default: Option<&Charset>) -> Option<Shape> {
    let kind = part.get(1)?.text.to_ascii_lowercase();
    let text = [
        "char",
        "varchar",
        "tinytext",
        "text",
        "mediumtext",
        "longtext",
        "enum",
        "set",
    ];
    let bytes = [
        "binary",
        "varbinary",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
    ];
    let among = |list: &[&str]| list.iter().any(|one| one.as_bytes() == kind.as_slice());
    let class: BString = match () {
        () if kind == b"enum" || kind == b"set" => kind.clone().into(),
        () if among(&text) => "text".into(),
        () if among(&bytes) => "bytes".into(),
        () => kind.clone().into(),
    };
    let after = |word: &str| {
        let mut depth = 0_i32;
        part.iter().position(|token| {
            depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
            depth == 0 && token.is(word)
        })
    };
    let charset = among(&text).then(|| {
        let set = after("CHARACTER").and_then(|at| value(part, at + 1));
        let collation = after("COLLATE").and_then(|at| value(part, at));
        let own = |name: BString| Charset {
            name,
            collation: BString::default(),
        };
        let begun = set.map(own).or_else(|| default.cloned());
        begun.map(|begun| Charset {
            collation: collation.unwrap_or(begun.collation),
            name: begun.name,
        })
    });
    Some(Shape {
        class,
        unsigned: after("unsigned").is_some(),
        charset: charset.flatten(),
    })
}

/// The text with these columns in another character set, and each as it was.
pub(super) fn recode(create: &[u8], recoded: &[(BString, Charset)]) -> (BString, Vec<BString>) {
    let all: Vec<Token<'_>> = tokens(create, Quoting::default()).collect();
    let (mut out, mut from, mut old) = (Vec::new(), 0, Vec::new());
    for part in parts(&all) {
        let wanted = part.first().and_then(name);
        let wanted = recoded
            .iter()
            .find(|(name, _)| Some(name) == wanted.as_ref());
        let (Some((_, charset)), Some(first), Some(last)) = (wanted, part.first(), part.last())
        else {
            continue;
        };
        old.push(
            create
                .get(first.start..last.end())
                .unwrap_or_default()
                .into(),
        );
        let (head, rest) = part.split_at(type_end(part));
        let end = head.last().map_or(first.end(), Token::end);
        out.extend_from_slice(create.get(from..end).unwrap_or_default());
        out.extend_from_slice(b" CHARACTER SET ");
        out.extend_from_slice(&charset.name);
        if !charset.collation.is_empty() {
            out.extend_from_slice(b" COLLATE ");
            out.extend_from_slice(&charset.collation);
        }
        let behind = rest
            .iter()
            .scan(0_usize, |skip, token| {
                if token.is("CHARACTER") {
                    *skip = 3;
                } else if token.is("COLLATE") {
                    *skip = 2;
                }
                let skipped = *skip > 0;
                *skip = skip.saturating_sub(1);
                Some((!skipped).then_some(token.start))
            })
            .flatten()
            .next();
        if let Some(behind) = behind {
            out.push(b' ');
            from = behind;
        } else {
            from = last.end();
        }
    }
    out.extend_from_slice(create.get(from..).unwrap_or_default());
    (out.into(), old)
}

/// Behind a column's name, its type and the type's brackets.
fn type_end(part: &[Token<'_>]) -> usize {
    if !part.get(2).is_some_and(|open| open.is_mark(b'(')) {
        return 2.min(part.len());
    }
    let close = part.iter().position(|token| token.is_mark(b')'));
    close.map_or(part.len(), |close| close + 1)
}

/// A table by way of another engine, where it has nothing that this would lose: the text, and what
/// brings it back. Keys may be longer than that engine's, and come with the way back; but for that of an
/// `AUTO_INCREMENT`, which no table can be without.
pub(super) fn by_way(table: &[u8], create: &[u8]) -> Option<(BString, BString)> {
    let all: Vec<Token<'_>> = tokens(create, Quoting::default()).collect();
    let loses = [
        "REFERENCES",
        "PARTITION",
        "VERSIONING",
        "SPATIAL",
        "FULLTEXT",
        "DIRECTORY",
    ];
    if all
        .iter()
        .any(|token| loses.iter().any(|word| token.is(word)))
    {
        return None;
    }
    let engine = all.windows(3).find_map(|window| match window {
        [word, equals, engine]
            if word.is("ENGINE") && equals.is_mark(b'=') && engine.is("InnoDB") =>
        {
            Some(engine)
        }
        _ => None,
    })?;
    let inner = parts(&all);
    let counted = inner.iter().find(|part| {
        let counts = part.iter().any(|token| token.is("AUTO_INCREMENT"));
        counts && part.first().is_some_and(|first| name(first).is_some())
    });
    let counted = counted.and_then(|part| name(part.first()?));
    let text = |part: &[Token<'_>]| {
        let (first, last) = (part.first()?, part.last()?);
        create.get(first.start..last.end())
    };
    let (mut kept, mut later) = (Vec::new(), Vec::new());
    for part in &inner {
        let is = |word| part.first().is_some_and(|first| first.is(word));
        let is_key = is("PRIMARY") || is("UNIQUE") || is("KEY");
        let counts = || counted.is_some() && columns(part).first() == counted.as_ref();
        if is_key && !counts() {
            later.push(text(part)?);
        } else {
            kept.push(text(part)?);
        }
    }
    let begin = inner.first()?.first()?.start;
    let end = inner.last()?.last()?.end();
    let text = [
        create.get(..begin)?,
        &kept.join(b",\n  ".as_slice()),
        create.get(end..engine.start)?,
        b"MyISAM",
        create.get(engine.end()..)?,
    ];
    let mut alter = [b"ALTER TABLE ", table].concat();
    for key in later {
        alter.extend_from_slice(b" ADD ");
        alter.extend_from_slice(key);
        alter.push(b',');
    }
    alter.extend_from_slice(b" ENGINE=InnoDB");
    Some((text.concat().into(), alter.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]

    use super::*;

    const CHILD: &str = "CREATE TABLE `c` (\n  `a` bigint(20) DEFAULT NULL,\n  \
         `b` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x',\n  KEY `a` (`a`),\n  \
         CONSTRAINT `k` FOREIGN KEY (`a`,`b`) REFERENCES `p` (`x`,`y`) ON DELETE CASCADE\n) \
         ENGINE=InnoDB DEFAULT CHARSET=utf8mb4";

    fn misfits_of(child: &str, parent: &str) -> Vec<Misfit> {
        let mut pile = Pile::default();
        for (name, create) in [("c", child), ("p", parent)] {
            pile.push(&Table::with_text(name, create)).unwrap();
        }
        misfits(&pile).unwrap()
    }

    fn found(parent: &str) -> Vec<(bool, usize)> {
        let all = misfits_of(CHILD, parent);
        all.iter()
            .map(|one| (one.charsets_only, one.recoded.len()))
            .collect()
    }

    #[test]
    fn what_does_not_fit_is_found() {
        let parent = |x: &str, y: &str, key: &str| {
            found(&format!(
                "CREATE TABLE `p` (\n  `x` {x},\n  `y` {y},\n  {key} (`x`,`y`)\n) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_bin"
            ))
        };
        assert_eq!(parent("bigint(20)", "varchar(30)", "UNIQUE KEY `k`"), []);
        assert_eq!(
            parent("bigint(20) unsigned", "varchar(30)", "UNIQUE KEY `k`"),
            [(false, 0)]
        );
        assert_eq!(
            parent("bigint(20)", "varchar(30)", "FULLTEXT KEY `k`"),
            [(false, 0)]
        );
        assert_eq!(
            parent("bigint(20)", "varchar(30) CHARACTER SET utf8mb4", "KEY `k`"),
            [(true, 1)]
        );
        // said and unsaid, the default is one
        let default = CHILD.replace("latin1_bin", "latin1_swedish_ci");
        let unsaid = "CREATE TABLE `p` (\n  `x` bigint,\n  `y` varchar(30),\n  PRIMARY KEY (`x`,`y`)\n) \
                      ENGINE=InnoDB DEFAULT CHARSET=latin1";
        assert_eq!(misfits_of(&default, unsaid), []);
        assert_eq!(
            found("CREATE TABLE `p` (\n  `z` int,\n  KEY (`x`)\n) ENGINE=InnoDB"),
            [(false, 0)]
        );
    }

    #[test]
    fn a_column_goes_to_another_character_set_and_back() {
        let charset = Charset {
            name: "utf8mb4".into(),
            collation: "utf8mb4_bin".into(),
        };
        let (new, old) = recode(CHILD.as_bytes(), &[("b".into(), charset)]);
        assert!(new.contains_str(
            "`b` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'x',\n  KEY `a`"
        ), "{new}");
        let was = "`b` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'x'";
        assert_eq!(old, [BString::from(was)]);
    }

    #[test]
    fn circles_are_seen_however_long() {
        let pairs = [(1, 2), (2, 3), (3, 4)];
        assert!(reaches(&pairs, 1, 4) && reaches(&pairs, 2, 2));
        assert!(!reaches(&pairs, 4, 1) && !reaches(&[], 1, 2));
    }

    #[test]
    fn another_engine_loses_no_key() {
        assert_eq!(by_way(b"`c`", CHILD.as_bytes()), None);
        let (text, alter) =
            by_way(b"`p`", b"CREATE TABLE `p` (`a` int) ENGINE=InnoDB").unwrap_or_default();
        assert_eq!(text, "CREATE TABLE `p` (`a` int) ENGINE=MyISAM");
        assert_eq!(alter, "ALTER TABLE `p` ENGINE=InnoDB");
        let keys = "CREATE TABLE `p` (\n  `a` text,\n  `i` int NOT NULL AUTO_INCREMENT,\n  \
                    PRIMARY KEY (`i`),\n  UNIQUE KEY `u` (`a`(700)) COMMENT 'x, y'\n) ENGINE=InnoDB";
        let (text, alter) = by_way(b"`p`", keys.as_bytes()).unwrap_or_default();
        assert_eq!(
            text,
            "CREATE TABLE `p` (\n  `a` text,\n  `i` int NOT NULL AUTO_INCREMENT,\n  \
             PRIMARY KEY (`i`)\n) ENGINE=MyISAM"
        );
        assert_eq!(
            alter,
            "ALTER TABLE `p` ADD UNIQUE KEY `u` (`a`(700)) COMMENT 'x, y', ENGINE=InnoDB"
        );
    }
}
