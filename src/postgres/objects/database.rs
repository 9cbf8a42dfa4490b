//! The database itself: creation, settings, owner, grants, comment. Catalogs: pg_database,
//! pg_db_role_setting, pg_shdescription, pg_shseclabel. In a script with `--create` only.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::class;
use crate::postgres::facets::{acl, security_label};
use crate::postgres::guc;
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, literal};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("database", queries, build);

/// Options of `CREATE DATABASE`: keyword and column; strings but for the tablespace.
const OPTIONS: &[(&str, &str)] = &[
    ("ENCODING", "encoding"),
    ("LOCALE_PROVIDER", "provider"),
    ("LC_COLLATE", "collate"),
    ("LC_CTYPE", "ctype"),
    ("ICU_LOCALE", "icu_locale"),
    ("BUILTIN_LOCALE", "builtin_locale"),
    ("ICU_RULES", "icu_rules"),
];

fn queries(caps: &Caps) -> Vec<Select> {
    let labels = security_label::shared(class::PG_DATABASE);
    vec![database(caps), settings(), acl::database(), labels]
}

fn database(caps: &Caps) -> Select {
    let locale = if caps.colllocale() {
        "d.datlocale"
    } else {
        "d.daticulocale"
    };
    let of = |provider| format!("CASE WHEN d.datlocprovider = '{provider}' THEN {locale} END");
    Select::from(
        "pg_catalog.pg_database d JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace",
    )
    .col("oid", "d.oid")
    .col("name", "d.datname")
    .col("owner", "pg_catalog.pg_get_userbyid(d.datdba)")
    .col("encoding", "pg_catalog.pg_encoding_to_char(d.encoding)")
    .col_if(
        caps.datlocprovider(),
        "provider",
        "CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' ELSE 'builtin' END",
        "NULL",
    )
    .col("collate", "d.datcollate")
    .col("ctype", "d.datctype")
    .col_if(caps.datlocprovider(), "icu_locale", &of('i'), "NULL")
    .col_if(caps.builtin_provider(), "builtin_locale", &of('b'), "NULL")
    .col_if(caps.icu_rules(), "icu_rules", "d.daticurules", "NULL")
    .col(
        "tablespace",
        "CASE WHEN t.spcname <> 'pg_default' THEN t.spcname END",
    )
    .col("template", "d.datistemplate")
    .col("connections", "d.datallowconn")
    .col("limit", "d.datconnlimit")
    .col(
        "comment",
        "pg_catalog.shobj_description(d.oid, 'pg_database')",
    )
    .col(
        "bare",
        "NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public')",
    )
    .col(
        "no_plpgsql",
        "NOT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = 'plpgsql')",
    )
    .filter("d.datname = pg_catalog.current_database()")
}

/// Settings of the database, and of roles in it.
fn settings() -> Select {
    Select::from(
        "pg_catalog.pg_db_role_setting s \
         JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase, \
         LATERAL pg_catalog.unnest(s.setconfig) WITH ORDINALITY c(setting, n)",
    )
    .col(
        "role",
        "CASE WHEN s.setrole <> 0 THEN pg_catalog.pg_get_userbyid(s.setrole) END",
    )
    .col("setting", "c.setting")
    .filter("d.datname = pg_catalog.current_database()")
    .order("1, c.n")
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [databases, settings, acls, labels] = rows else {
        return Ok(Vec::new());
    };
    let Some(row) = databases.first() else {
        return Ok(Vec::new());
    };
    let name = row.owned("name")?;
    let mut sql = Sql::default();
    create(&row, context, &mut sql)?;
    let mut objects = Vec::new();
    for setting in settings.iter() {
        let Some(set) = guc::set(setting.bytes("setting")?) else {
            continue;
        };
        match setting.opt_owned("role")? {
            None => sql.push(cat!["ALTER DATABASE ", ident(&name), " ", set]),
            Some(role) => objects.push(role_setting(&role, &set, objects.len())),
        }
    }
    for acl in acl::decode(acls.iter())? {
        sql.create
            .extend(acl.statements("DATABASE", ident(&name).as_ref()));
    }
    if !context.leave_out.security_labels {
        let object = cat!["DATABASE ", ident(&name)];
        let labels = security_label::on_shared(labels, row.num("oid")?, &object)?;
        sql.create.extend(labels);
    }
    let owner = Some(row.owned("owner")?);
    let identity = Identity {
        name: name.clone(),
        owner,
        ..Identity::default()
    };
    objects.insert(
        0,
        Loaded {
            reference: Some(Reference::all("DATABASE", ident(&name))),
            ..Loaded::new("database", Section::Database, identity, sql)
        },
    );
    Ok(objects)
}

fn create(row: &Row<'_>, context: &BuildContext, sql: &mut Sql) -> Result<()> {
    let name = ident(row.bytes("name")?);
    let mut text = cat!["CREATE DATABASE ", &name, " WITH TEMPLATE = template0"];
    for (keyword, column) in OPTIONS {
        if let Some(value) = row.opt(column)? {
            text.extend_from_slice(&cat![" ", *keyword, " = ", literal(value)]);
        }
    }
    if let Some(tablespace) = row.opt("tablespace")?.filter(|_| !context.no_tablespaces) {
        text.extend_from_slice(&cat![" TABLESPACE = ", ident(tablespace)]);
    }
    let limit: i32 = row.num("limit")?;
    if limit >= 0 {
        text.extend_from_slice(format!(" CONNECTION LIMIT = {limit}").as_bytes());
    }
    sql.push(text);
    sql.drop_with(cat!["DROP DATABASE ", &name]);
    alter(row, &name, sql)
}

fn alter(row: &Row<'_>, name: &BString, sql: &mut Sql) -> Result<()> {
    if row.bool("template")? {
        sql.push(cat!["ALTER DATABASE ", name, " WITH IS_TEMPLATE = true"]);
    }
    if let Some(comment) = row.opt("comment")? {
        sql.push(cat!["COMMENT ON DATABASE ", name, " IS ", literal(comment)]);
    }
    Ok(())
}

/// Settings of a role in this database. The database is named when the statement runs: a restore
/// under another name must not change the original's.
fn role_setting(role: &BString, set: &BString, number: usize) -> Loaded {
    let before = literal(cat!["ALTER ROLE ", ident(role), " IN DATABASE "]);
    let after = literal(cat![" ", set]);
    let body = cat![
        "BEGIN\n    EXECUTE ",
        before,
        " || pg_catalog.quote_ident(pg_catalog.current_database()) || ",
        after,
        ";\nEND"
    ];
    let mut sql = Sql::default();
    sql.push(cat!["DO ", crate::postgres::quote::dollar(body)]);
    let detail = format!("{number:06}");
    let identity = Identity {
        name: role.clone(),
        detail: detail.into(),
        ..Identity::default()
    };
    Loaded::new("role_setting", Section::PostData, identity, sql)
}
