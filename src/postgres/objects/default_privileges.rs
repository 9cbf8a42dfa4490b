//! Default privileges, global and by schema. Catalog: pg_default_acl. Last of all that matters to
//! grants: they would change what is made after them.

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section, Statement};
use crate::postgres::address::{Address, class};
use crate::postgres::facets::acl;
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// The kind.
pub const KIND: Kind = Kind::new("default_privileges", queries, build);

fn queries(_caps: &Caps) -> Vec<Select> {
    let rows = Select::from(
        "pg_catalog.pg_default_acl d \
         LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace",
    )
    .col("oid", "d.oid")
    .col("role", "pg_catalog.pg_get_userbyid(d.defaclrole)")
    .col("schema", "n.nspname")
    .col("objects", "d.defaclobjtype")
    .made_by_users("d.oid", class::PG_DEFAULT_ACL);
    vec![rows, acl::defaults()]
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let [defaults, acls] = rows else {
        return Ok(Vec::new());
    };
    let acls = acl::decode_as_is(acls.iter())?;
    defaults.iter().map(|row| loaded(&row, &acls)).collect()
}

fn loaded(row: &Row<'_>, acls: &[acl::Acl]) -> Result<Loaded> {
    let oid: u32 = row.num("oid")?;
    let (role, schema) = (row.owned("role")?, row.opt_owned("schema")?);
    let objects = objects(row.letter("objects")?);
    let within = schema
        .as_ref()
        .map(|s| cat![" IN SCHEMA ", ident(s)])
        .unwrap_or_default();
    let head = cat![
        "ALTER DEFAULT PRIVILEGES FOR ROLE ",
        ident(&role),
        within,
        " "
    ];
    let own = acls.iter().filter(|acl| acl.address.object == oid);
    let statements = own.flat_map(|acl| acl.statements(objects, "".into()));
    let create = statements
        .map(|s| Statement::new(cat![&head, s.text]))
        .collect();
    let identity = Identity {
        schema,
        name: BString::from(objects),
        detail: role,
        ..Identity::default()
    };
    let sql = Sql {
        create,
        drop: Vec::new(),
    };
    Ok(Loaded {
        address: Some(Address::new(class::PG_DEFAULT_ACL, oid)),
        ..Loaded::new("default_privileges", Section::PostData, identity, sql)
    })
}

fn objects(letter: u8) -> &'static str {
    match letter {
        b'S' => "SEQUENCES",
        b'f' => "FUNCTIONS",
        b'T' => "TYPES",
        b'n' => "SCHEMAS",
        b'L' => "LARGE OBJECTS",
        _ => "TABLES",
    }
}
