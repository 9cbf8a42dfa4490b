//! The SQL that makes an entry, as pg_restore would run it: the definition, and what the archive
//! keeps beside it (owner, tablespace, access method, lists of large objects). Pure.

use bstr::{BString, ByteSlice as _, ByteVec as _};

use super::entry::Entry;
use super::primitive::broken;
use crate::error::Result;

/// `ALTER kind schema.name OWNER TO`.
const OWNED: [&str; 20] = [
    "COLLATION",
    "CONVERSION",
    "DATABASE",
    "DOMAIN",
    "EVENT TRIGGER",
    "FOREIGN DATA WRAPPER",
    "FOREIGN TABLE",
    "MATERIALIZED VIEW",
    "PROCEDURAL LANGUAGE",
    "PUBLICATION",
    "SCHEMA",
    "SEQUENCE",
    "SERVER",
    "STATISTICS",
    "SUBSCRIPTION",
    "TABLE",
    "TEXT SEARCH CONFIGURATION",
    "TEXT SEARCH DICTIONARY",
    "TYPE",
    "VIEW",
];

/// What their `DROP` calls them tells the owner's statement apart from others of their name.
const CALLED_AS_DROPPED: [&str; 7] = [
    "AGGREGATE",
    "FUNCTION",
    "OPERATOR",
    "OPERATOR CLASS",
    "OPERATOR FAMILY",
    "PROCEDURE",
    "ROUTINE",
];

/// The session settings that entries rely on, as they stand.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `None`: the session's own.
    tablespace: Option<BString>,
    access_method: BString,
    schema: BString,
    oids: bool,
    /// Old archives have names without schemas.
    by_path: bool,
}

impl Settings {
    /// What a restoring session begins with. `by_path`: the archive sets no search path itself.
    #[must_use]
    pub fn new(by_path: bool) -> Self {
        Self {
            tablespace: None,
            access_method: "heap".into(),
            schema: BString::default(),
            oids: false,
            by_path,
        }
    }

    /// The `SET` statements that must come before the entry.
    pub fn before(&mut self, entry: &Entry) -> Vec<u8> {
        let mut out = Vec::new();
        if let Some(wanted) = &entry.tablespace
            && self.tablespace.as_ref() != Some(wanted)
        {
            self.tablespace = Some(wanted.clone());
            let value = if wanted.is_empty() {
                "''".into()
            } else {
                ident(wanted)
            };
            put(&mut out, &[b"SET default_tablespace = ", &value, b";\n"]);
        }
        if let Some(wanted) = &entry.access_method
            && self.access_method != *wanted
            && entry.relation_kind != b'p'
        {
            self.access_method.clone_from(wanted);
            let value = ident(wanted);
            put(
                &mut out,
                &[b"SET default_table_access_method = ", &value, b";\n"],
            );
        }
        if entry.kind == "TABLE" && self.oids != entry.oids {
            self.oids = entry.oids;
            let value: &[u8] = if entry.oids { b"true" } else { b"false" };
            put(&mut out, &[b"SET default_with_oids = ", value, b";\n"]);
        }
        if self.by_path && !entry.schema.is_empty() && self.schema != entry.schema {
            self.schema.clone_from(&entry.schema);
            let schema = ident(&entry.schema);
            put(
                &mut out,
                &[b"SET search_path = ", &schema, b", pg_catalog;\n"],
            );
        }
        out
    }
}

/// What makes the entry. `metadata`: the entry of large objects that its grants are about.
pub fn definition(entry: &Entry, metadata: Option<&Entry>) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    if entry.kind == "BLOB METADATA" {
        for oid in oids(entry)? {
            put(&mut out, &[b"SELECT pg_catalog.lo_create('", oid, b"');\n"]);
        }
    } else if entry.kind == "ACL" && entry.tag.starts_with(b"LARGE OBJECTS") {
        let metadata =
            metadata.ok_or_else(|| broken("grants on large objects that are not there"))?;
        grants_on_objects(entry, &oids(metadata)?, &mut out);
    } else if !entry.definition.is_empty() {
        put(&mut out, &[&entry.definition, b"\n"]);
    }
    if entry.relation_kind == b'p'
        && let Some(method) = &entry.access_method
    {
        let (table, method) = (qualified(entry), ident(method));
        put(
            &mut out,
            &[
                b"ALTER TABLE ",
                &table,
                b" SET ACCESS METHOD ",
                &method,
                b";\n",
            ],
        );
    }
    owner(entry, &mut out)?;
    Ok(out)
}

/// What removes the entry, where it exists: statements without terminators.
pub fn drops(entry: &Entry) -> Result<Vec<BString>> {
    let unlink = |oid: &[u8]| {
        let mut sql = BString::default();
        put(&mut sql, &[b"SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '", oid, b"'"]);
        sql
    };
    match entry.kind.as_str() {
        "BLOB METADATA" => Ok(oids(entry)?.into_iter().map(unlink).collect()),
        "BLOB" => Ok(vec![unlink(numeric(&entry.tag)?)]),
        _ => {
            let text = without_end(&entry.drop);
            Ok(if text.is_empty() {
                Vec::new()
            } else {
                vec![text.into()]
            })
        }
    }
}

fn owner(entry: &Entry, out: &mut Vec<u8>) -> Result<()> {
    if entry.owner.is_empty() || entry.drop.is_empty() {
        return Ok(());
    }
    let role = ident(&entry.owner);
    let mut set = |what: &[u8]| put(out, &[b"ALTER ", what, b" OWNER TO ", &role, b";\n"]);
    match entry.kind.as_str() {
        "BLOB METADATA" => {
            for oid in oids(entry)? {
                set(&[b"LARGE OBJECT ", oid].concat());
            }
        }
        "BLOB" => set(&[b"LARGE OBJECT ", numeric(&entry.tag)?].concat()),
        kind if OWNED.contains(&kind) => {
            set(&[kind.as_bytes(), b" ", &qualified(entry)].concat());
        }
        kind if CALLED_AS_DROPPED.contains(&kind) => {
            let text = without_end(&entry.drop);
            let called = text.strip_prefix(b"DROP ");
            set(called.ok_or_else(|| broken("a DROP statement of an unknown form"))?);
        }
        _ => {}
    }
    Ok(())
}

/// The numbers in the definition, one a line.
fn oids(entry: &Entry) -> Result<Vec<&[u8]>> {
    let lines = entry.definition.lines().map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(numeric).collect()
}

fn numeric(text: &[u8]) -> Result<&[u8]> {
    if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        Ok(text)
    } else {
        Err(broken("a large object's number is none"))
    }
}

/// The grants on one object, once for each: up to its number, and from there to the terminator.
fn grants_on_objects(entry: &Entry, oids: &[&[u8]], out: &mut Vec<u8>) {
    for statement in statements(&entry.definition) {
        let Some(at) = statement.find(b"LARGE OBJECT ") else {
            continue;
        };
        let (start, rest) = statement.split_at(at + b"LARGE OBJECT ".len());
        let end = rest.iter().position(|byte| !byte.is_ascii_digit());
        let rest = &rest[end.unwrap_or(rest.len())..];
        for oid in oids {
            put(out, &[start, oid, rest, b";\n"]);
        }
    }
}

/// The text between terminators outside of double quotes.
fn statements(text: &[u8]) -> Vec<&[u8]> {
    let mut quoted = false;
    let parts = text.split(|byte| {
        quoted ^= *byte == b'"';
        *byte == b';' && !quoted
    });
    parts.map(<[u8]>::trim_ascii).collect()
}

fn without_end(text: &[u8]) -> &[u8] {
    text.trim_ascii_end().trim_end_with(|c| c == ';')
}

fn qualified(entry: &Entry) -> Vec<u8> {
    let name = ident(&entry.tag);
    // These stand in no schema, whatever the archive says.
    if entry.schema.is_empty() {
        return name;
    }
    [ident(&entry.schema).as_slice(), b".", &name].concat()
}

fn ident(name: &[u8]) -> Vec<u8> {
    [b"\"", name.replace(b"\"", b"\"\"").as_slice(), b"\""].concat()
}

fn put(out: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| out.push_str(part));
}
