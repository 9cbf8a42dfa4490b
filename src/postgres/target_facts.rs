//! What a server has that archives ask for: roles, tablespaces, extensions, collations, schemas.

use std::collections::BTreeSet;

use bstr::BString;

use super::session::Session;
use crate::error::Result;
use crate::source::TargetFacts;

/// The session's user may give objects to roles that it is a member of; a superuser to all.
const QUERY: &str = "\
SELECT 'role' AS kind, '' AS schema, rolname AS name FROM pg_catalog.pg_roles \
UNION ALL SELECT 'owner', '', rolname FROM pg_catalog.pg_roles \
WHERE pg_catalog.pg_has_role(session_user, oid, 'MEMBER') \
UNION ALL SELECT 'tablespace', '', spcname FROM pg_catalog.pg_tablespace \
UNION ALL SELECT 'extension', '', name FROM pg_catalog.pg_available_extensions \
UNION ALL SELECT 'collation', n.nspname, c.collname FROM pg_catalog.pg_collation c \
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace \
UNION ALL SELECT 'schema', '', nspname FROM pg_catalog.pg_namespace";

/// Asks the catalogs.
pub(super) async fn read(session: &mut Session, encoding: &str) -> Result<TargetFacts> {
    let doing = "cannot look what the server has";
    let rows = session.query_for(doing, QUERY.as_bytes()).await?;
    let mut collations = BTreeSet::new();
    let mut names: [BTreeSet<BString>; 5] = Default::default();
    let kinds = ["role", "owner", "tablespace", "extension", "schema"];
    for row in rows.iter() {
        let (kind, name) = (row.str("kind")?, row.owned("name")?);
        match kinds.iter().position(|known| *known == kind) {
            Some(at) => {
                names[at].insert(name);
            }
            None => {
                collations.insert((row.owned("schema")?, name));
            }
        }
    }
    let [roles, owners, tablespaces, extensions, schemas] = names;
    Ok(TargetFacts {
        roles: Some(roles),
        owners: Some(owners),
        tablespaces: Some(tablespaces),
        extensions: Some(extensions),
        collations: Some(collations),
        schemas: Some(schemas),
        encoding: Some(encoding.to_owned()),
        ..TargetFacts::default()
    })
}
