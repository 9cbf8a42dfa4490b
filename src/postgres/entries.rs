//! Makes entries of what the catalogs said: finds out what needs what, cuts loops, adds the facets, takes
//! what was asked for. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{Body, Entry, EntryId, Identity, Method, Section};
use crate::plan::order::settle;
use crate::postgres::catalog::Facets;
use crate::postgres::chosen::{self, Hits, Kept};
use crate::postgres::cycles;
use crate::postgres::facets::{acl, owner};
use crate::postgres::link::{self, Depend, Holder, Holders};
use crate::postgres::objects::{KINDS, Kind, Loaded};
use crate::postgres::render::{Sql, cat};
use crate::postgres::waits::Waits;
use crate::source::{DumpOptions, Warning};

/// Everything that was read, as entries; what is left aside is among the warnings.
pub(super) fn of(
    (mut objects, mut holders, depends): (Vec<Loaded>, Holders, Vec<Depend>),
    facets: Facets,
    (options, hits): (&DumpOptions, &Hits),
    warnings: &mut Vec<Warning>,
) -> Result<Entries> {
    let mut needs = link::needs(&objects, &depends, &holders);
    if hits.leaves_out() {
        let selected = chosen::selected(&objects, &holders, hits, options);
        cycles::forget_what_views_read(&objects, &mut needs, &selected);
    }
    let whole = objects.len();
    let mut needs = cycles::cut(&mut objects, needs);
    if objects.len() > whole {
        holders = Holders::new(&objects, &depends);
    }
    // What isn't needed any more makes room for the entries.
    drop(depends);
    keep_attached(&mut objects, &holders);
    add_owners(&mut objects, options);
    add_words(&mut objects, &holders, &facets);
    add_grants(&mut objects, &mut needs, &holders, &facets, hits, warnings);
    if options.rows.disable_triggers {
        chosen::switch_off(&mut objects, &mut needs);
    }
    chosen::by_keys_of_extensions(&objects, &facets.extension_keys, &mut needs);
    if !options.selection.sections.is_empty() {
        settle_sections(&mut objects, &mut needs)?;
    }
    let stays = chosen::judge(&objects, &holders, hits, options);
    if options.selection.data_only && !options.rows.disable_triggers {
        let circles = chosen::by_foreign_keys(&objects, &holders, &stays, &mut needs);
        warnings.extend(circles);
    }
    remarks(&objects, &stays, warnings);
    drop((holders, facets));
    let entries = number(objects, &mut needs, KINDS)?;
    let kept = chosen::keep(entries, &Kept { stays, hits })?;
    insert_without_oids(kept, options, warnings)
}

/// INSERT can't say a row's OID: an error, or with `--lenient` a warning and rows without it.
fn insert_without_oids(
    entries: Entries,
    options: &DumpOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Entries> {
    if !options.inserts {
        return Ok(entries);
    }
    entries.change(|entry| {
        let Body::Data(data) = &mut entry.body else {
            return Ok(());
        };
        if data.method != Method::CopyWithOids {
            return Ok(());
        }
        let message = "has OIDs, which INSERT can't give a row";
        if !options.lenient {
            let what = format!("table {} {message}", data.table);
            let error = Error::new(ErrorKind::Unsupported, what);
            return Err(error.hint("Dump it with COPY, or leave the OIDs out with --lenient."));
        }
        Arc::make_mut(data).method = Method::Rows;
        warnings.push(Warning {
            object: format!("table {}", data.table),
            message: message.to_owned(),
        });
        Ok(())
    })
}

/// What is said of objects that are carried.
fn remarks(objects: &[Loaded], stays: &[bool], warnings: &mut Vec<Warning>) {
    let carried = objects.iter().zip(stays).filter(|(_, stays)| **stays);
    warnings.extend(carried.filter_map(|(object, _)| {
        Some(Warning {
            object: described(object),
            message: object.remark.clone()?,
        })
    }));
}

/// The kind and the qualified name, for warnings.
pub(super) fn described(object: &Loaded) -> String {
    let identity = &object.identity;
    let schema = identity.schema.as_ref().map(|schema| cat![schema, "."]);
    let name = cat![schema.unwrap_or_default(), &identity.name];
    format!("{} {name}", object.kind)
}

/// An index that is attached to one of a partitioned table goes with that one, and can't be dropped by
/// itself (nor can a constraint's).
fn keep_attached(objects: &mut [Loaded], holders: &Holders) {
    let attached = objects
        .iter()
        .filter(|object| object.kind == "index_attach");
    let children = attached.filter_map(|object| holders.find(*object.needs.first()?));
    let children: Vec<usize> = children.map(Holder::object).collect();
    for child in children {
        if let Some(object) = objects.get_mut(child)
            && matches!(object.kind, "index" | "constraint")
        {
            object.sql.drop.clear();
        }
    }
}

/// The sections that the objects have in a whole dump: a part of it must hold neither less nor more.
fn settle_sections(objects: &mut [Loaded], needs: &mut Waits) -> Result<()> {
    let mut sections: Vec<Section> = objects.iter().map(|object| object.section).collect();
    let label = |at: usize| objects.get(at).map(described).unwrap_or_default();
    settle(&mut sections, needs.settled().clone(), &label)?;
    for (object, section) in objects.iter_mut().zip(sections) {
        object.section = section;
    }
    Ok(())
}

fn add_owners(objects: &mut [Loaded], options: &DumpOptions) {
    if options.no_owner {
        return;
    }
    for object in objects {
        if let (Some(reference), Some(name)) = (&object.reference, &object.identity.owner) {
            let statement = owner::statement(reference, name.as_ref());
            object.sql.add(statement);
        }
    }
}

/// Comments, labels and ties to extensions: in the object's own entry.
fn add_words(objects: &mut [Loaded], holders: &Holders, facets: &Facets) {
    let mut add = |address, statement: &dyn Fn(&Loaded) -> Option<_>| {
        let Some(holder) = holders.find(address) else {
            return;
        };
        let Some(object) = objects.get_mut(holder.object()) else {
            return;
        };
        // A member's comment is its extension's business.
        if object.kind == "extension" && object.address != Some(address) {
            return;
        }
        let statement = statement(object);
        object.sql.add(statement);
    };
    for comment in &facets.comments {
        add(comment.address, &|object| comment.statement(object));
    }
    for label in &facets.labels {
        add(label.address, &|object| label.statement(object));
    }
    for tie in &facets.goes_with {
        add(tie.address, &|object| tie.statement(object));
    }
}

/// One entry of grants for each object that has any, after everything that could need its owner's
/// rights.
fn add_grants(
    objects: &mut Vec<Loaded>,
    needs: &mut Waits,
    holders: &Holders,
    facets: &Facets,
    hits: &Hits,
    warnings: &mut Vec<Warning>,
) {
    let mut of: HashMap<BString, usize> = HashMap::new();
    for acl in &facets.acls {
        let holder = holders.find(acl.address).map(Holder::object);
        // The system's own objects are in no schema that was asked for, and may be in one that was not.
        if holder.is_none() && !hits.schema(acl.schema.as_ref().unwrap_or(&BString::default())) {
            continue;
        }
        let holding = holder.and_then(|at| objects.get(at));
        let follows = holding.and_then(|object| object.address);
        let own = holding.filter(|o| is_own(o, acl));
        let Some((keyword, name)) = grant_reference(own, acl) else {
            warnings.push(unnamed(acl));
            continue;
        };
        let statements = acl.statements(keyword, name.as_ref());
        if statements.is_empty() {
            continue;
        }
        let key = cat![keyword, " ", &name];
        if !of.contains_key(&key) {
            let new = Loaded {
                table: follows,
                ..grants_entry(own, acl)
            };
            of.insert(key.clone(), objects.len());
            objects.push(new);
            needs.push(holder.and_then(|at| u32::try_from(at).ok()));
        }
        if let Some(grants) = of.get(&key).and_then(|at| objects.get_mut(*at)) {
            grants.sql.create.extend(statements);
        }
    }
}

fn is_own(object: &Loaded, acl: &acl::Acl) -> bool {
    object.address == Some(acl.address) && object.reference.is_some()
}

/// The word and the name in `GRANT … ON`: the object's own, or the server's for what has no entry
/// (a member of an extension, a function of the system).
fn grant_reference(own: Option<&Loaded>, acl: &acl::Acl) -> Option<(&'static str, BString)> {
    let own = own.and_then(|object| object.reference.as_ref());
    let named = own.and_then(|r| Some((r.grant_keyword?, r.name.clone())));
    named.or_else(|| acl.server_reference())
}

fn unnamed(acl: &acl::Acl) -> Warning {
    let message = "its grants can't be written".to_owned();
    Warning {
        object: acl.described().to_string(),
        message,
    }
}

fn grants_entry(own: Option<&Loaded>, acl: &acl::Acl) -> Loaded {
    let identity = match own {
        Some(object) => object.identity.clone(),
        None => Identity {
            schema: acl.schema.clone(),
            name: acl.described(),
            ..Identity::default()
        },
    };
    Loaded::new("grants", Section::PostData, identity, Sql::default())
}

/// Gives ids and ranks.
pub(super) fn number(objects: Vec<Loaded>, needs: &mut Waits, kinds: &[Kind]) -> Result<Entries> {
    let id = |at: usize| EntryId(u32::try_from(at).unwrap_or(u32::MAX));
    let ranks = kinds.iter().zip(0_u16..);
    let ranks: HashMap<&str, u16> = ranks.map(|(kind, rank)| (kind.name, rank)).collect();
    let unknown = |kind| {
        let what = format!("the kind {kind} is not in the registry");
        Error::new(ErrorKind::Internal, what)
    };
    let mut entries = Entries::default();
    let needs = needs.settled();
    for (at, object) in objects.into_iter().enumerate() {
        entries.push(&Entry {
            id: id(at),
            kind: object.kind,
            section: object.section,
            rank: *ranks.get(object.kind).ok_or_else(|| unknown(object.kind))?,
            identity: object.identity,
            needs: needs.get(at).iter().map(|need| EntryId(*need)).collect(),
            drop: object.sql.drop,
            body: match object.data {
                Some(data) => Body::Data(data),
                None => Body::Statements(object.sql.create),
            },
        })?;
    }
    entries.close()?;
    Ok(entries)
}
