//! What a server has that archives ask for: roles, tablespaces, extensions, collations, schemas,
//! compression methods.

use std::collections::BTreeSet;

use bstr::BString;

use super::quote::literal;
use super::session::Session;
use crate::error::{Kind, Result};
use crate::source::{Asked, TargetFacts};

/// "Invalid value for parameter."
const INVALID: &str = "22023";

/// The session's user may give objects to roles that it is a member of; a superuser to all.
fn query(asked: &Asked) -> Vec<u8> {
    let roles = list(&asked.roles);
    [
        b"SELECT 'schema' AS kind, '' AS schema, nspname AS name FROM pg_catalog.pg_namespace \
          UNION ALL SELECT 'role', '', rolname FROM pg_catalog.pg_roles WHERE rolname = ANY ("
            .as_slice(),
        &roles,
        b") UNION ALL SELECT 'owner', '', rolname FROM pg_catalog.pg_roles \
          WHERE pg_catalog.pg_has_role(session_user, oid, 'MEMBER') AND rolname = ANY (",
        &roles,
        b") UNION ALL SELECT 'tablespace', '', spcname FROM pg_catalog.pg_tablespace \
          WHERE spcname = ANY (",
        &list(&asked.tablespaces),
        b") UNION ALL SELECT 'collation', n.nspname, c.collname FROM pg_catalog.pg_collation c \
          JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.collname = ANY (",
        &list(&asked.collations),
        b") UNION ALL SELECT 'compression', '', m FROM pg_catalog.pg_settings s, \
          pg_catalog.unnest(s.enumvals) m WHERE s.name = 'default_toast_compression'",
    ]
    .concat()
}

fn list(names: &BTreeSet<BString>) -> Vec<u8> {
    let each: Vec<BString> = names.iter().map(literal).collect();
    let each = bstr::join(", ", each);
    [b"ARRAY[".as_slice(), &each, b"]::pg_catalog.name[]"].concat()
}

/// Asks the catalogs.
pub(super) async fn read(
    session: &mut Session,
    asked: &Asked,
    encoding: &str,
) -> Result<TargetFacts> {
    let doing = "cannot look what the server has";
    let rows = session.query_for(doing, &query(asked)).await?;
    let mut collations = BTreeSet::new();
    let mut names: [BTreeSet<BString>; 5] = Default::default();
    let kinds = ["role", "owner", "tablespace", "schema", "compression"];
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
    let [roles, owners, tablespaces, schemas, compressions] = names;
    Ok(TargetFacts {
        roles: Some(roles),
        owners: Some(owners),
        tablespaces: Some(tablespaces),
        extensions: extensions(session, asked).await?,
        collations: Some(collations),
        locales: Some(locales(session, asked).await?),
        schemas: Some(schemas),
        compressions: Some(compressions),
        encoding: Some(encoding.to_owned()),
        ..TargetFacts::default()
    })
}

/// Which of the locales the operating system has: there is no list, but a setting that takes only
/// those that are there.
async fn locales(session: &mut Session, asked: &Asked) -> Result<BTreeSet<BString>> {
    let doing = "cannot look which locales the server has";
    let mut found = BTreeSet::new();
    for name in &asked.locales {
        let set = [b"SET lc_monetary = ".as_slice(), &literal(name)].concat();
        match session.execute_for(doing, &set).await {
            Ok(()) => {
                found.insert(name.clone());
            }
            Err(error) if error.server_code() == Some(INVALID) => {}
            Err(error) => return Err(error),
        }
    }
    if !found.is_empty() {
        session.execute_for(doing, b"RESET lc_monetary").await?;
    }
    Ok(found)
}

/// Which of the extensions can be made. The server reads a file for each that is installed, and one
/// that it does not understand is its error for all of them: then nothing is known.
async fn extensions(session: &mut Session, asked: &Asked) -> Result<Option<BTreeSet<BString>>> {
    if asked.extensions.is_empty() {
        return Ok(Some(BTreeSet::new()));
    }
    let sql = [
        b"SELECT name FROM pg_catalog.pg_available_extensions WHERE name = ANY (".as_slice(),
        &list(&asked.extensions),
        b")",
    ]
    .concat();
    let doing = "cannot look which extensions the server has";
    match session.query_for(doing, &sql).await {
        Ok(rows) => rows
            .iter()
            .map(|row| row.owned("name"))
            .collect::<Result<_>>()
            .map(Some),
        Err(error) if error.kind() == Kind::Server => Ok(None),
        Err(error) => Err(error),
    }
}
