//! Makes entries of what the catalogs said: finds out what needs what, cuts loops, adds the facets, takes
//! what was asked for. Pure.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::BString;

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::plan::entries::Entries;
use crate::plan::entry::{Body, Entry, EntryId, Identity, Method, Section, Statement};
use crate::plan::order::settle;
use crate::plan::shelf::Reading;
use crate::postgres::catalog::Facets;
use crate::postgres::chosen::{self, Hits, Kept};
use crate::postgres::cycles;
use crate::postgres::facets::{acl, owner};
use crate::postgres::link::{self, Depend, Holder, Holders};
use crate::postgres::objects::{KINDS, Kind, Loaded};
use crate::postgres::packed::{Object, Objects};
use crate::postgres::render::{Sql, cat};
use crate::postgres::waits::Waits;
use crate::source::{DumpOptions, Warning};

/// Everything that was read, as entries; what is left aside is among the warnings.
pub(super) fn of(
    (mut objects, mut holders, depends): (Objects, Holders, Vec<Depend>),
    facets: Facets,
    (options, hits): (&DumpOptions, &Hits),
    warnings: &mut Vec<Warning>,
) -> Result<Entries> {
    let mut needs = link::needs(&objects, &depends, &holders);
    if hits.leaves_out() {
        let selected = chosen::selected(&objects, &holders, hits, options)?;
        cycles::forget_what_views_read(&objects, &mut needs, &selected);
    }
    let whole = objects.len();
    let mut needs = cycles::cut(&mut objects, needs)?;
    if objects.len() > whole {
        holders = Holders::new(&objects, &depends);
    }
    // What isn't needed any more makes room for the entries.
    drop(depends);
    keep_attached(&mut objects, &holders);
    let words = Words::new(&objects, &holders, &facets);
    let finish = |at, object: &mut Loaded| {
        if !options.no_owner {
            add_owner(object);
        }
        words.add(at, object, &facets);
    };
    extensions_that_say_something(&mut objects, finish)?;
    let grants = grants(&objects, &holders, (&facets, hits), warnings)?;
    for (grants, holder) in grants {
        objects.push(grants)?;
        needs.push(holder.and_then(|at| u32::try_from(at).ok()));
    }
    if options.rows.disable_triggers {
        chosen::switch_off(&mut objects, &mut needs)?;
    }
    objects.close()?;
    chosen::by_keys_of_extensions(&objects, &facets.extension_keys, &mut needs);
    if !options.selection.sections.is_empty() {
        settle_sections(&mut objects, &mut needs)?;
    }
    let stays = chosen::judge(&objects, &holders, hits, options)?;
    if options.selection.data_only && !options.rows.disable_triggers {
        let circles = chosen::by_foreign_keys(&objects, &holders, &stays, &mut needs)?;
        warnings.extend(circles);
    }
    remarks(&objects, &stays, warnings)?;
    drop(holders);
    let entries = number(objects, &mut needs, KINDS, finish)?;
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
fn remarks(objects: &Objects, stays: &[bool], warnings: &mut Vec<Warning>) -> Result<()> {
    let mut reading = Reading::default();
    let carried = objects.iter().zip(stays).filter(|(_, stays)| **stays);
    for (object, _) in carried {
        if let Some(message) = object.remark() {
            warnings.push(Warning {
                object: described(&object.load(&mut reading)?),
                message: message.clone(),
            });
        }
    }
    Ok(())
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
fn keep_attached(objects: &mut Objects, holders: &Holders) {
    let attached = objects
        .iter()
        .filter(|object| object.kind() == "index_attach");
    let children = attached.filter_map(|object| holders.find(*object.needs().first()?));
    let children: Vec<usize> = children.map(Holder::object).collect();
    for child in children {
        let kind = objects.get(child).map(Object::kind);
        if let Some("index" | "constraint") = kind {
            objects.forget_drop(child);
        }
    }
}

/// The sections that the objects have in a whole dump: a part of it must hold neither less nor more.
fn settle_sections(objects: &mut Objects, needs: &mut Waits) -> Result<()> {
    let mut sections: Vec<Section> = objects.iter().map(Object::section).collect();
    let label = |at: usize| {
        let object = objects.get(at);
        let object = object.and_then(|object| object.load(&mut Reading::default()).ok());
        object.as_ref().map(described).unwrap_or_default()
    };
    settle(&mut sections, needs.settled().clone(), &label)?;
    for (at, section) in sections.into_iter().enumerate() {
        objects.set_section(at, section);
    }
    Ok(())
}

/// The extension that every database has is carried where something is said of it.
fn extensions_that_say_something(
    objects: &mut Objects,
    finish: impl Fn(usize, &mut Loaded),
) -> Result<()> {
    let mut reading = Reading::default();
    for at in 0..objects.len() {
        let silent = |object: &Object<'_>| object.kind() == "extension" && object.is_silent();
        let Some(object) = objects.get(at).filter(silent) else {
            continue;
        };
        let mut object = object.load(&mut reading)?;
        finish(at, &mut object);
        if !object.sql.create.is_empty() {
            objects.set_outspoken(at);
        }
    }
    Ok(())
}

fn add_owner(object: &mut Loaded) {
    if let (Some(reference), Some(name)) = (&object.reference, &object.identity.owner) {
        let statement = owner::statement(reference, name.as_ref());
        object.sql.add(statement);
    }
}

/// Comments, labels and ties to extensions: in the object's own entry.
struct Words {
    /// The object, and which word: first all comments, then all labels, then all ties. In this order.
    of: Vec<(usize, usize)>,
}

impl Words {
    fn new(objects: &Objects, holders: &Holders, facets: &Facets) -> Self {
        let comments = facets.comments.iter().map(|comment| comment.address);
        let labels = facets.labels.iter().map(|label| label.address);
        let ties = facets.goes_with.iter().map(|tie| tie.address);
        let words = comments.chain(labels).chain(ties).enumerate();
        let of = words.filter_map(|(word, address)| {
            let at = holders.find(address)?.object();
            let object = objects.get(at)?;
            // A member's comment is its extension's business.
            let members = object.kind() == "extension" && object.address() != Some(address);
            (!members).then_some((at, word))
        });
        let mut of: Vec<(usize, usize)> = of.collect();
        of.sort_unstable();
        Self { of }
    }

    /// Adds those of the object at this position.
    fn add(&self, at: usize, object: &mut Loaded, facets: &Facets) {
        let first = self.of.partition_point(|(own, _)| *own < at);
        let own = self.of.iter().skip(first);
        for (_, word) in own.take_while(|(own, _)| *own == at) {
            let statement = statement(*word, object, facets);
            object.sql.add(statement);
        }
    }
}

fn statement(word: usize, object: &Loaded, facets: &Facets) -> Option<Statement> {
    if let Some(comment) = facets.comments.get(word) {
        return comment.statement(object);
    }
    let word = word - facets.comments.len();
    if let Some(label) = facets.labels.get(word) {
        return label.statement(object);
    }
    let tie = facets.goes_with.get(word - facets.labels.len());
    tie.and_then(|tie| tie.statement(object))
}

/// One entry of grants for each object that has any, after everything that could need its owner's
/// rights: behind the object at the position that comes with it.
fn grants(
    objects: &Objects,
    holders: &Holders,
    (facets, hits): (&Facets, &Hits),
    warnings: &mut Vec<Warning>,
) -> Result<Vec<(Loaded, Option<usize>)>> {
    let mut of: HashMap<BString, usize> = HashMap::new();
    let mut all: Vec<(Loaded, Option<usize>)> = Vec::new();
    let mut reading = Reading::default();
    for acl in &facets.acls {
        let holder = holders.find(acl.address).map(Holder::object);
        // The system's own objects are in no schema that was asked for, and may be in one that was not.
        if holder.is_none() && !hits.schema(acl.schema.as_ref().unwrap_or(&BString::default())) {
            continue;
        }
        let holding = holder.and_then(|at| objects.get(at));
        let holding = holding
            .map(|object| object.load(&mut reading))
            .transpose()?;
        let follows = holding.as_ref().and_then(|object| object.address);
        let own = holding.as_ref().filter(|o| is_own(o, acl));
        let Some((keyword, name)) = grant_reference(own, acl) else {
            warnings.push(unnamed(acl));
            continue;
        };
        let statements = acl.statements(keyword, name.as_ref());
        if statements.is_empty() {
            continue;
        }
        let key = cat![keyword, " ", &name];
        let at = *of.entry(key).or_insert_with(|| {
            let new = Loaded {
                table: follows,
                ..grants_entry(own, acl)
            };
            all.push((new, holder));
            all.len() - 1
        });
        if let Some((grants, _)) = all.get_mut(at) {
            grants.sql.create.extend(statements);
        }
    }
    Ok(all)
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

/// Gives ids and ranks. `finish` adds what each object still lacks; it knows its position.
pub(super) fn number(
    objects: Objects,
    needs: &mut Waits,
    kinds: &[Kind],
    mut finish: impl FnMut(usize, &mut Loaded),
) -> Result<Entries> {
    let ranks = kinds.iter().zip(0_u16..);
    let ranks: HashMap<&str, u16> = ranks.map(|(kind, rank)| (kind.name, rank)).collect();
    let unknown = |kind| {
        let what = format!("the kind {kind} is not in the registry");
        Error::new(ErrorKind::Internal, what)
    };
    let needs = needs.settled();
    let mut entries = Entries::default();
    objects.unpack(|at, mut object| {
        finish(at, &mut object);
        entries.push(&Entry {
            id: EntryId(u32::try_from(at).unwrap_or(u32::MAX)),
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
        })
    })?;
    entries.close()?;
    Ok(entries)
}
