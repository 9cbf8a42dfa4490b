//! Large objects: their oids, owners and contents. Catalog: pg_largeobject_metadata. There may be
//! millions: those that are alike are made together; an entry of its own is for one with grants,
//! a comment or a label.

use std::collections::BTreeMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{DataRef, Identity, Method, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Kind, Loaded, Reference};
use crate::postgres::quote::ident;
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::sql::rows::Rows;

/// The objects.
pub const LARGE_OBJECT: Kind = Kind::new("large_object", |_| vec![query()], build);

/// What is in them.
pub const LARGE_OBJECT_DATA: Kind = Kind::derived("large_object_data");

/// How many objects one entry makes.
const BATCH: usize = 1000;

fn query() -> Select {
    let on = format!("classoid = {} AND objoid = m.oid", class::PG_LARGEOBJECT);
    Select::from("pg_catalog.pg_largeobject_metadata m")
        .col("oid", "m.oid")
        .col("owner", "pg_catalog.pg_get_userbyid(m.lomowner)")
        .col(
            "special",
            format!(
                "m.lomacl IS NOT NULL \
                 OR EXISTS (SELECT FROM pg_catalog.pg_description WHERE {on}) \
                 OR EXISTS (SELECT FROM pg_catalog.pg_seclabel WHERE {on})"
            ),
        )
        .order("m.oid")
}

fn build(context: &BuildContext, rows: &[Rows]) -> Result<Vec<Loaded>> {
    let mut objects = Vec::new();
    let mut alike: BTreeMap<BString, Vec<u32>> = BTreeMap::new();
    let mut all = Vec::new();
    for row in rows.iter().flat_map(Rows::iter) {
        let (oid, owner) = (row.num("oid")?, row.owned("owner")?);
        all.push(oid);
        if row.bool("special")? {
            objects.push(single(oid, owner));
        } else {
            alike.entry(owner).or_default().push(oid);
        }
    }
    for (owner, oids) in &alike {
        let batches = oids.chunks(BATCH);
        objects.extend(batches.map(|batch| together(context, owner, batch)));
    }
    if !all.is_empty() {
        objects.push(data(all));
    }
    Ok(objects)
}

fn address(oid: u32) -> Address {
    Address::new(class::PG_LARGEOBJECT, oid)
}

fn single(oid: u32, owner: BString) -> Loaded {
    let name = BString::from(oid.to_string());
    let identity = Identity {
        name: name.clone(),
        owner: Some(owner),
        ..Identity::default()
    };
    let sql = make(&[oid]);
    Loaded {
        address: Some(address(oid)),
        reference: Some(Reference::all("LARGE OBJECT", name)),
        ..Loaded::new("large_object", Section::PreData, identity, sql)
    }
}

fn together(context: &BuildContext, owner: &BString, oids: &[u32]) -> Loaded {
    let mut sql = make(oids);
    if !context.no_owner {
        for oid in oids {
            let owner = ident(owner);
            sql.push(cat![
                "ALTER LARGE OBJECT ",
                oid.to_string(),
                " OWNER TO ",
                owner
            ]);
        }
    }
    let ends = [oids.first(), oids.last()].map(|oid| oid.copied().unwrap_or_default());
    let identity = Identity {
        name: format!("{}..{}", ends[0], ends[1]).into(),
        owner: Some(owner.clone()),
        ..Identity::default()
    };
    Loaded {
        provides: oids.iter().copied().map(address).collect(),
        ..Loaded::new("large_object", Section::PreData, identity, sql)
    }
}

fn make(oids: &[u32]) -> Sql {
    let list = |separator| join(oids.iter().map(u32::to_string), separator);
    let mut sql = Sql::default();
    let oids = cat!["'{", list(","), "}'::pg_catalog.oid[]"];
    sql.push(cat![
        "SELECT pg_catalog.count(pg_catalog.lo_create(o)) FROM pg_catalog.unnest(",
        &oids,
        ") o"
    ]);
    // There is no IF EXISTS for this: those that are there.
    sql.drop_with(cat![
        "SELECT pg_catalog.count(pg_catalog.lo_unlink(o.oid)) \
         FROM pg_catalog.pg_largeobject_metadata o WHERE o.oid = ANY (",
        oids,
        ")"
    ]);
    sql
}

fn data(oids: Vec<u32>) -> Loaded {
    let identity = Identity {
        name: "large objects".into(),
        ..Identity::default()
    };
    let name = BString::from("pg_catalog.pg_largeobject");
    let data = DataRef {
        table: name.clone(),
        into: name,
        columns: Vec::new(),
        filter: None,
        bytes: oids.len() as u64 * 2048,
        rows: oids.len() as u64,
        blocks: 0,
        key: 0,
        method: Method::LargeObjects(oids),
    };
    Loaded {
        data: Some(Arc::new(data)),
        ..Loaded::new(
            LARGE_OBJECT_DATA.name,
            Section::Data,
            identity,
            Sql::default(),
        )
    }
}
