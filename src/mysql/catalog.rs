//! Reads everything that a database, or the server, consists of, as entries.

use bstr::BString;

use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::mysql::claims::Claims;
use crate::mysql::inventory;
use crate::mysql::objects::{GLOBALS, KINDS, Kind, Loader};
use crate::mysql::packing::Packing;
use crate::mysql::relations::Relations;
use crate::mysql::rights;
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;
use crate::plan::filter::Selection;
use crate::source::{Catalog, DumpOptions};
use crate::sql::dialect::Dialect;

/// The entries of one database, unordered.
pub async fn load(
    session: &mut Session,
    database: &[u8],
    options: &DumpOptions,
) -> Result<Catalog> {
    let caps = session.caps();
    prepare(session, caps).await?;
    session.execute(Text::new("USE ").ident(database)).await?;
    let selection = options.selection.compile(Dialect::Mysql)?;
    let mut claims = claims(options);
    let rows = !options.selection.schema_only;
    let relations = inventory::load(session, (caps, database), rows, &mut claims)
        .await
        .while_with(|| "reading the tables' list")?;
    let mut scope = Scope {
        caps,
        database: database.into(),
        collation: collation(session, database).await?,
        options,
        selection,
        sees_grants: sees_grants(session, options, &mut claims).await?,
        makes_temporary: false,
        relations,
    };
    check_patterns(&scope)?;
    let granted = rights::granted(session, &scope).await?;
    rights::check(session, (&granted, &scope), &mut claims).await?;
    scope.makes_temporary = rights::makes_temporary(session, &granted, caps).await?;
    read(session, KINDS, &scope, claims).await
}

/// The entries of what belongs to the server, unordered.
pub async fn globals(session: &mut Session, options: &DumpOptions) -> Result<Catalog> {
    let caps = session.caps();
    prepare(session, caps).await?;
    let scope = Scope {
        caps,
        database: BString::default(),
        collation: BString::default(),
        options,
        selection: Selection::default().compile(Dialect::Mysql)?,
        sees_grants: true,
        makes_temporary: false,
        relations: Relations::default(),
    };
    read(session, GLOBALS, &scope, claims(options)).await
}

fn claims(options: &DumpOptions) -> Claims {
    Claims {
        lenient: options.lenient,
        ..Claims::default()
    }
}

/// A pattern that asks for something and finds nothing is a mistake that leaves a backup empty.
fn check_patterns(scope: &Scope<'_>) -> Result<()> {
    for relation in scope.relations.iter() {
        let _ = scope.wants_relation(&relation.name);
        let _ = scope.condition(&relation.name);
    }
    let unmatched = scope.selection.unmatched();
    let Some(pattern) = unmatched.first() else {
        return Ok(());
    };
    let message = format!("no table of the database matches {}", pattern.as_str());
    Err(Error::new(ErrorKind::Usage, message))
}

/// Makes the server print definitions in one way, whatever its own settings are, and in the bytes
/// that it keeps: a conversion would turn what the target lacks into question marks.
async fn prepare(session: &mut Session, caps: Caps) -> Result<()> {
    session.execute("SET NAMES utf8mb4").await?;
    session
        .execute("SET character_set_results = binary, sql_mode = '', sql_quote_show_create = 1")
        .await?;
    for (has, setting) in [
        (
            caps.data_dictionary(),
            "information_schema_stats_expiry = 0",
        ),
        (caps.identified_as_hex(), "print_identified_with_as_hex = 1"),
        (
            caps.generated_invisible_key(),
            "show_gipk_in_create_table_and_information_schema = 1",
        ),
    ] {
        if has {
            session.execute(format!("SET SESSION {setting}")).await?;
        }
    }
    Ok(())
}

/// Whether rights on objects can be read. Many who may dump a database may not: they are told.
async fn sees_grants(
    session: &mut Session,
    options: &DumpOptions,
    claims: &mut Claims,
) -> Result<bool> {
    if options.no_privileges {
        return Ok(false);
    }
    for table in ["tables_priv", "columns_priv", "procs_priv", "user"] {
        let probe = format!("SELECT 1 FROM mysql.{table} LIMIT 0");
        match session.query(probe).await {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Privilege => {
                let message = format!(
                    "rights on tables, columns and routines are left out: {}. Grant SELECT on \
                     mysql.* to carry them, or give --no-privileges",
                    error.line()
                );
                claims.warn("grants", message);
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

async fn collation(session: &mut Session, database: &[u8]) -> Result<BString> {
    let select = Select::from("information_schema.schemata")
        .cols(&["default_collation_name"])
        .equals("schema_name", database);
    let rows = session.query(select.sql()).await?;
    let row = rows.first().ok_or_else(|| {
        Error::new(
            ErrorKind::Server,
            format!("there is no database {}", BString::from(database)),
        )
    })?;
    row.owned("default_collation_name")
}

async fn read(
    session: &mut Session,
    kinds: &'static [Kind],
    scope: &Scope<'_>,
    mut claims: Claims,
) -> Result<Catalog> {
    let mut packing = Packing::default();
    for (kind, rank) in kinds.iter().zip(0_u16..) {
        let mut loader = Loader {
            session: &mut *session,
            scope,
            claims: &mut claims,
            packing: &mut packing,
            rank,
        };
        kind.load(&mut loader).await?;
    }
    scope.relations.check()?;
    Ok(Catalog {
        entries: packing.end()?,
        warnings: claims.warnings,
    })
}
