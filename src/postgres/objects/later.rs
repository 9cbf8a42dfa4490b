//! What newer servers take to be otherwise unless they are told, and older ones can't be told: a
//! statement that only a newer server runs.

use bstr::BString;

use crate::postgres::quote::dollar;
use crate::postgres::render::{cat, join};

/// Runs the statements (SQL of PL/pgSQL) where the server's `server_version_num` is at least this.
#[must_use]
pub(in crate::postgres::objects) fn from_version(
    first: u32,
    statements: impl IntoIterator<Item = BString>,
) -> BString {
    let statements = join(
        statements
            .into_iter()
            .map(|one| cat!["        ", one, ";\n"]),
        "",
    );
    let first = first.to_string();
    let body = cat![
        "BEGIN\n    IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= ",
        first,
        " THEN\n",
        statements,
        "    END IF;\nEND"
    ];
    cat!["DO ", dollar(body)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_the_server_that_restores() {
        let text = from_version(150_000, ["ALTER SEQUENCE a.b SET LOGGED".into()]);
        assert_eq!(
            text,
            "DO $$BEGIN\n    IF pg_catalog.current_setting('server_version_num')\
             ::pg_catalog.int4 >= 150000 THEN\n        ALTER SEQUENCE a.b SET LOGGED;\n    \
             END IF;\nEND$$"
        );
    }
}
