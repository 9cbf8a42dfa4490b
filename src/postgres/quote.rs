//! Quoting for PostgreSQL: identifiers and literals. The only place that does it.

use bstr::BString;

use crate::postgres::render::cat;

/// A name as an identifier: quoted unless it is plainly lower-case and no keyword of any version.
#[must_use]
pub fn ident(name: impl AsRef<[u8]>) -> BString {
    let name = name.as_ref();
    if is_plain(name) {
        name.into()
    } else {
        always(name)
    }
}

/// A name in double quotes whatever it is.
#[must_use]
pub fn always(name: &[u8]) -> BString {
    let mut quoted = BString::from("\"");
    for &byte in name {
        if byte == b'"' {
            quoted.push(b'"');
        }
        quoted.push(byte);
    }
    quoted.push(b'"');
    quoted
}

/// `schema.name`, each quoted as needed.
#[must_use]
pub fn qualified(schema: impl AsRef<[u8]>, name: impl AsRef<[u8]>) -> BString {
    cat![ident(schema), ".", ident(name)]
}

/// A string literal. With a backslash in it, in the escape form: the same under either setting of
/// `standard_conforming_strings`.
#[must_use]
pub fn literal(text: impl AsRef<[u8]>) -> BString {
    let text = text.as_ref();
    let escape = text.contains(&b'\\');
    let mut quoted = BString::from(if escape { "E'" } else { "'" });
    for &byte in text {
        if byte == b'\'' || byte == b'\\' {
            quoted.push(byte);
        }
        quoted.push(byte);
    }
    quoted.push(b'\'');
    quoted
}

/// A dollar-quoted string for a routine's body: a tag that does not occur in the text.
#[must_use]
pub fn dollar(text: impl AsRef<[u8]>) -> BString {
    let text = text.as_ref();
    let mut tag = String::from("$");
    let mut more = "_XYZ".chars().cycle();
    while memchr::memmem::find(text, tag.as_bytes()).is_some() {
        tag.extend(more.next());
    }
    tag.push('$');
    cat![&tag, text, &tag]
}

fn is_plain(name: &[u8]) -> bool {
    let first = name
        .first()
        .is_some_and(|&b| b.is_ascii_lowercase() || b == b'_');
    let rest = name
        .iter()
        .all(|&b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    first && rest && !std::str::from_utf8(name).is_ok_and(|n| KEYWORDS.binary_search(&n).is_ok())
}

/// Keywords that are more than unreserved in any version from 10 to 18 (manual, appendix C). Sorted.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "string",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "within",
    "without",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unquote(text: &[u8], mark: u8) -> Vec<u8> {
        let mut inner = text[1..text.len() - 1].iter();
        let mut out = Vec::new();
        while let Some(&byte) = inner.next() {
            if byte == mark {
                assert_eq!(inner.next(), Some(&mark));
            }
            out.push(byte);
        }
        out
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn quotes_only_what_needs_it() {
        assert_eq!(ident("a_1"), "a_1");
        assert_eq!(ident("Select"), "\"Select\"");
        assert_eq!(ident("select"), "\"select\"");
        assert_eq!(ident(""), "\"\"");
        assert_eq!(ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\b"), "E'a\\\\b'");
        assert_eq!(dollar("a$$b"), "$_$a$$b$_$");
        assert_eq!(dollar("a$"), "$_$a$$_$");
    }

    proptest! {
        #[test]
        fn identifiers_round_trip(name in proptest::collection::vec(1u8..=255, 1..40)) {
            prop_assert_eq!(unquote(&always(&name), b'"'), name);
        }

        #[test]
        fn literals_round_trip(text in proptest::collection::vec(1u8..=255, 0..40)) {
            let quoted = literal(&text);
            let (body, escape) = match quoted.strip_prefix(b"E") {
                Some(rest) => (rest, true),
                None => (&quoted[..], false),
            };
            let halved = unquote(body, b'\'');
            let plain = if escape {
                bstr::ByteSlice::replace(&halved[..], "\\\\", "\\")
            } else {
                halved
            };
            prop_assert_eq!(plain, text);
        }

        #[test]
        fn a_dollar_tag_ends_where_the_text_ends(text in "[$_XYZa]{0,20}") {
            let quoted = dollar(&text);
            let tag_len = quoted[1..].iter().position(|&b| b == b'$').unwrap_or(0) + 2;
            let tag = &quoted[..tag_len];
            let at = memchr::memmem::find(&quoted[tag_len..], tag);
            prop_assert_eq!(at, Some(text.len()));
        }
    }
}
