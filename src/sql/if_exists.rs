//! `DROP …` into `DROP … IF EXISTS`, for statements that this program wrote itself. Pure.

use bstr::{BString, ByteSlice as _};

/// The statement with `IF EXISTS` behind the words that say what is dropped or altered. Names
/// follow these quoted or in lower case, so that the words end where the capitals do. Statements of
/// other forms stay as they are.
#[must_use]
pub fn if_exists(statement: &[u8]) -> BString {
    if statement.starts_with(b"DROP ") {
        return with_if_exists(statement, kind_end(statement)).into();
    }
    let mut out = statement.to_vec();
    let verbs = [&b"ALTER TABLE "[..], b"ALTER VIEW "];
    if let Some(verb) = verbs.iter().find(|verb| statement.starts_with(verb)) {
        out = with_if_exists(&out, verb.len());
        for action in [&b" DROP CONSTRAINT "[..], b" DROP COLUMN "] {
            if let Some(at) = out.rfind(action) {
                out = with_if_exists(&out, at + action.len());
            }
        }
    }
    out.into()
}

/// What the server says where a stand-in can't be put in a view's place, for that view can't be there: no
/// such schema, no such type.
pub const NO_VIEW: [&str; 2] = ["3F000", "42704"];

/// Whether the statement puts columns without values in the place of a view's query, so that what the query
/// needs can be dropped before the view. It knows no `IF EXISTS`.
#[must_use]
pub fn is_stand_in(statement: &[u8]) -> bool {
    let Some(rest) = statement.strip_prefix(b"CREATE OR REPLACE VIEW ") else {
        return false;
    };
    let columns = rest.find("SELECT").and_then(|at| rest.get(at + 6..));
    columns.is_some_and(|columns| columns.trim_ascii_start().starts_with(b"NULL::"))
}

/// Where the words in capitals end; `FOR` (a user mapping's) is no kind.
fn kind_end(statement: &[u8]) -> usize {
    let mut end = 0;
    for word in statement.split_inclusive(|&byte| byte == b' ') {
        let name = word.strip_suffix(b" ").unwrap_or_default();
        if name.is_empty() || name == b"FOR" || !name.iter().all(u8::is_ascii_uppercase) {
            break;
        }
        end += word.len();
    }
    end
}

fn with_if_exists(statement: &[u8], at: usize) -> Vec<u8> {
    let (words, rest) = statement.split_at(at);
    if words.ends_with(b"IF EXISTS ") || rest.starts_with(b"IF EXISTS ") {
        return statement.to_vec();
    }
    [words, b"IF EXISTS ", rest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_from_queries() {
        for (statement, is) in [
            (
                "CREATE OR REPLACE VIEW s.v AS\nSELECT\n    NULL::integer AS a",
                true,
            ),
            (
                "CREATE OR REPLACE VIEW s.v WITH (x='y') AS SELECT NULL::text AS a",
                true,
            ),
            (
                "CREATE OR REPLACE VIEW s.v AS SELECT a, NULL::text AS b FROM s.t",
                false,
            ),
            ("CREATE VIEW s.v AS SELECT NULL::integer AS a", false),
            ("DROP VIEW s.v", false),
        ] {
            assert_eq!(is_stand_in(statement.as_bytes()), is, "{statement}");
        }
    }

    #[test]
    fn goes_behind_the_kind() {
        for (from, to) in [
            ("DROP TABLE public.t", "DROP TABLE IF EXISTS public.t"),
            ("DROP TABLE IF EXISTS t", "DROP TABLE IF EXISTS t"),
            (
                "DROP TEXT SEARCH PARSER \"A\".b",
                "DROP TEXT SEARCH PARSER IF EXISTS \"A\".b",
            ),
            (
                "DROP USER MAPPING FOR x SERVER y",
                "DROP USER MAPPING IF EXISTS FOR x SERVER y",
            ),
            ("DROP VIEW `V`", "DROP VIEW IF EXISTS `V`"),
            ("DROP CAST (a AS b)", "DROP CAST IF EXISTS (a AS b)"),
            (
                "ALTER TABLE ONLY s.t DROP CONSTRAINT c",
                "ALTER TABLE IF EXISTS ONLY s.t DROP CONSTRAINT IF EXISTS c",
            ),
            (
                "ALTER VIEW s.v ALTER COLUMN c DROP DEFAULT",
                "ALTER VIEW IF EXISTS s.v ALTER COLUMN c DROP DEFAULT",
            ),
            ("REVOKE ALL ON t FROM x", "REVOKE ALL ON t FROM x"),
        ] {
            assert_eq!(if_exists(from.as_bytes()), to);
        }
    }
}
