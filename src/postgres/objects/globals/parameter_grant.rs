//! Privileges on configuration parameters. Catalog: pg_parameter_acl (15).

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::facets::acl;
use crate::postgres::objects::{BuildContext, Kind, Loaded};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::Rows;

/// The kind.
pub const KIND: Kind = Kind::new("parameter_grant", queries, build);

fn queries(caps: &Caps) -> Vec<Select> {
    if caps.parameter_acl() {
        vec![acl::parameters()]
    } else {
        Vec::new()
    }
}

fn build(_context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let acls = acl::decode(rows.iter().flat_map(Rows::iter))?;
    Ok(acls.iter().filter_map(loaded).collect())
}

fn loaded(acl: &acl::Acl) -> Option<Loaded> {
    let name = acl.object_name();
    let parts = bstr::ByteSlice::split_str(name.as_slice(), ".");
    let quoted = join(parts.map(ident), ".");
    let create = acl.statements("PARAMETER", quoted.as_ref());
    let identity = Identity {
        name: name.clone(),
        ..Identity::default()
    };
    let sql = Sql {
        create,
        drop: Vec::new(),
    };
    (!sql.create.is_empty())
        .then(|| Loaded::new("parameter_grant", Section::Globals, identity, sql))
}
