//! Reads the catalogs of a database into entries: runs each kind's queries, finds out what needs
//! what, cuts loops, adds the facets. The sessions must stand in the snapshot.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use bstr::BString;

use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::plan::entry::{Body, Entry, EntryId, Identity, Method, Section};
use crate::plan::order::settle;
use crate::postgres::address::{Address, class};
use crate::postgres::chosen::{self, Hits, Kept};
use crate::postgres::claims::{Claims, check_gone};
use crate::postgres::cycles;
use crate::postgres::facets::{acl, comment, extension_member, owner, security_label};
use crate::postgres::link::{self, Depend, Holders};
use crate::postgres::objects::{BuildContext, GLOBALS, KINDS, Kind, Loaded};
use crate::postgres::readers::{Answer, Readers};
use crate::postgres::render::{Sql, cat};
use crate::postgres::version::Caps;
use crate::source::{Catalog, DumpOptions, Warning};
use crate::sql::rows::{Row, Rows};

/// What the catalogs of a database say.
pub(super) struct Read {
    objects: Vec<Loaded>,
    holders: Holders,
    depends: Vec<Depend>,
    facets: Facets,
    warnings: Vec<Warning>,
}

/// Reads all that the database's archive carries.
pub(super) async fn read(
    readers: &Readers,
    database: &[u8],
    caps: Caps,
    (options, hits): (&DumpOptions, &Hits),
) -> Result<Read> {
    let caps = if may_read_conninfo(readers).await? {
        caps
    } else {
        caps.without_conninfo()
    };
    let mut context = BuildContext {
        hits: hits.clone(),
        ..context(database, caps, options)
    };
    let mut warnings = hits.warnings.clone();
    let claims = Claims::new(readers).await?;
    let gone = claims.ask_gone(readers);
    // Many rows that are few bytes once they are read.
    let depends = readers.ask("cannot read the dependencies", link::query().sql());
    let asked = ask(readers, KINDS, &context);
    let claims = claims.ask(readers);
    let facets = Facets::ask(readers, &caps, options);
    check_gone(gone, options.lenient, &mut warnings).await?;
    let depends = decoded(depends, link::decode).await?;
    context.reaching = Some(Arc::new(link::reaching(&depends)));
    let objects = objects(readers, asked, &context).await?;
    let holders = Holders::new(&objects, &depends);
    let check = claims.check(readers, &holders, options.lenient, &mut warnings);
    check.await?;
    let whole = objects.len();
    let objects = without_left_out(objects, &mut warnings);
    let holders = match objects.len() < whole {
        true => Holders::new(&objects, &depends),
        false => holders,
    };
    let facets = facets.read().await?;
    Ok(Read {
        objects,
        holders,
        depends,
        facets,
        warnings,
    })
}

impl Read {
    /// Makes entries of it.
    pub(super) fn entries(self, about: (&DumpOptions, &Hits)) -> Result<Catalog> {
        let mut warnings = self.warnings;
        let (options, _) = about;
        let mut entries = entries(
            (self.objects, self.holders, self.depends),
            self.facets,
            about,
            &mut warnings,
        )?;
        insert_without_oids(&mut entries, options, &mut warnings)?;
        Ok(Catalog { entries, warnings })
    }
}

/// INSERT can't say a row's OID: an error, or with `--lenient` a warning and rows without it.
fn insert_without_oids(
    entries: &mut [Entry],
    options: &DumpOptions,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    for entry in entries.iter_mut().filter(|_| options.inserts) {
        let Body::Data(data) = &mut entry.body else {
            continue;
        };
        if data.method != Method::CopyWithOids {
            continue;
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
    }
    Ok(())
}

/// Everything that the globals archive carries.
pub(super) async fn globals(
    readers: &Readers,
    caps: Caps,
    options: &DumpOptions,
) -> Result<Catalog> {
    let mut warnings = Vec::new();
    let caps = if may_read_passwords(readers).await? {
        caps
    } else {
        warnings.push(Warning {
            object: "roles".to_owned(),
            message: "passwords are left out: the user may not read pg_authid".to_owned(),
        });
        caps.without_passwords()
    };
    let context = context(b"", caps, options);
    let asked = ask(readers, GLOBALS, &context);
    let objects = objects(readers, asked, &context).await?;
    let needs = vec![BTreeSet::new(); objects.len()];
    let entries = number(objects, needs, GLOBALS)?;
    Ok(Catalog { entries, warnings })
}

async fn may_read_conninfo(readers: &Readers) -> Result<bool> {
    let sql = "SELECT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', \
               'subconninfo', 'SELECT') AS may";
    may(readers, sql).await
}

async fn may_read_passwords(readers: &Readers) -> Result<bool> {
    let sql = "SELECT pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may";
    may(readers, sql).await
}

async fn may(readers: &Readers, sql: &str) -> Result<bool> {
    let doing = "cannot see what the user may read";
    let rows = readers.query(doing, sql.to_owned()).await?;
    rows.first().map_or(Ok(false), |row| row.bool("may"))
}

fn context(database: &[u8], caps: Caps, options: &DumpOptions) -> BuildContext {
    BuildContext {
        caps,
        database: database.into(),
        no_tablespaces: options.no_tablespaces,
        no_owner: options.no_owner,
        no_privileges: options.no_privileges,
        leave_out: options.leave_out,
        rows: options.rows,
        inserts: options.inserts,
        schema_only: options.selection.schema_only,
        statistics: options.statistics,
        hits: Hits::default(),
        reaching: None,
    }
}

/// Asks for all objects of these kinds.
fn ask<'k>(
    readers: &Readers,
    kinds: &'k [Kind],
    context: &BuildContext,
) -> Vec<(&'k Kind, Vec<Answer>)> {
    let asked = |kind: &&Kind| !(kind.rows && context.schema_only);
    let ask = |kind: &'k Kind| {
        let queries = (kind.queries)(&context.caps);
        let queries = queries.iter();
        let answers = queries.map(|query| readers.ask(&doing(kind), query.sql()));
        (kind, answers.collect())
    };
    kinds.iter().filter(asked).map(ask).collect()
}

fn doing(kind: &Kind) -> String {
    format!("cannot read the catalog's objects of kind {}", kind.name)
}

async fn objects(
    readers: &Readers,
    asked: Vec<(&Kind, Vec<Answer>)>,
    context: &BuildContext,
) -> Result<Vec<Loaded>> {
    // Kept by kind until their number is known: a list that grows is there twice.
    let mut by_kind = Vec::new();
    for (kind, answers) in asked {
        let mut rows = Vec::new();
        for answer in answers {
            rows.push(answer.rows().await?);
        }
        for query in (kind.more)(context, &rows)? {
            rows.push(readers.query(&doing(kind), query).await?);
        }
        let built = (kind.build)(context, &rows);
        let mut built = built.while_with(|| format!("reading objects of kind {}", kind.name))?;
        built.shrink_to_fit();
        by_kind.push(built);
    }
    let mut objects = Vec::with_capacity(by_kind.iter().map(Vec::len).sum());
    for built in by_kind {
        objects.extend(built);
    }
    Ok(objects)
}

async fn decoded<T>(answer: Answer, decode: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let rows = answer.rows().await?;
    rows.iter().map(|row| decode(&row)).collect()
}

/// Turns the objects that are left out into warnings.
fn without_left_out(objects: Vec<Loaded>, warnings: &mut Vec<Warning>) -> Vec<Loaded> {
    if objects.iter().all(|object| object.left_out.is_none()) {
        return objects;
    }
    let (left_out, kept) = objects.into_iter().partition(|o| o.left_out.is_some());
    warnings.extend(Vec::into_iter(left_out).filter_map(|object: Loaded| {
        Some(Warning {
            object: described(&object),
            message: object.left_out?,
        })
    }));
    kept
}

/// These keys come with their extension, before any rows.
const EXTENSION_KEYS: &str = "\
SELECT k.conrelid AS own, k.confrelid AS referenced FROM pg_catalog.pg_constraint k \
JOIN pg_catalog.pg_depend d ON d.classid = 1259 AND d.objid = k.conrelid AND d.objsubid = 0 \
AND d.deptype = 'e' WHERE k.contype = 'f' ORDER BY k.oid";

/// The facets of the whole database.
struct Facets {
    acls: Vec<acl::Acl>,
    comments: Vec<comment::Comment>,
    labels: Vec<security_label::Label>,
    goes_with: Vec<extension_member::GoesWith>,
    /// Foreign keys of extensions' tables: which table references which.
    extension_keys: Vec<(Address, Address)>,
}

/// The facets' rows, asked for; none where they are left out.
struct FacetsAsked {
    acls: Option<Answer>,
    comments: Option<Answer>,
    labels: Option<Answer>,
    goes_with: Answer,
    extension_keys: Answer,
}

impl Facets {
    fn ask(readers: &Readers, caps: &Caps, options: &DumpOptions) -> FacetsAsked {
        let ask = |what: &str, sql| readers.ask(&format!("cannot read the {what}"), sql);
        let left_out = &options.leave_out;
        FacetsAsked {
            acls: (!options.no_privileges).then(|| ask("grants", acl::query(caps))),
            comments: (!options.no_comments).then(|| ask("comments", comment::query(caps).sql())),
            labels: (!left_out.security_labels)
                .then(|| ask("security labels", security_label::query().sql())),
            goes_with: ask("ties to extensions", extension_member::query().sql()),
            extension_keys: ask("extensions' keys", EXTENSION_KEYS.to_owned()),
        }
    }
}

impl FacetsAsked {
    async fn read(self) -> Result<Facets> {
        let acls = match self.acls {
            Some(answer) => answer.rows().await?,
            None => Rows::default(),
        };
        let comments = match self.comments {
            Some(answer) => decoded(answer, comment::decode).await?,
            None => Vec::new(),
        };
        let labels = match self.labels {
            Some(answer) => decoded(answer, security_label::decode).await?,
            None => Vec::new(),
        };
        let table = |row: &Row<'_>, column| Ok(Address::new(class::PG_CLASS, row.num(column)?));
        let key = |row: &Row<'_>| Ok((table(row, "own")?, table(row, "referenced")?));
        Ok(Facets {
            acls: acl::decode(acls.iter())?,
            comments,
            labels,
            goes_with: decoded(self.goes_with, extension_member::decode).await?,
            extension_keys: decoded(self.extension_keys, key).await?,
        })
    }
}

fn entries(
    (mut objects, mut holders, depends): (Vec<Loaded>, Holders, Vec<Depend>),
    facets: Facets,
    (options, hits): (&DumpOptions, &Hits),
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Entry>> {
    let needs = link::needs(&objects, &depends, &holders);
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
        settle_sections(&mut objects, &needs)?;
    }
    let stays = chosen::judge(&objects, &holders, hits, options);
    if options.selection.data_only && !options.rows.disable_triggers {
        let circles = chosen::by_foreign_keys(&objects, &holders, &stays, &mut needs);
        warnings.extend(circles);
    }
    remarks(&objects, &stays, warnings);
    drop((holders, facets));
    let entries = number(objects, needs, KINDS)?;
    Ok(chosen::keep(entries, &Kept { stays, hits }))
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

fn described(object: &Loaded) -> String {
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
    let children: Vec<usize> = children.map(|holder| holder.object).collect();
    for child in children {
        if let Some(object) = objects.get_mut(child)
            && matches!(object.kind, "index" | "constraint")
        {
            object.sql.drop.clear();
        }
    }
}

/// The sections that the objects have in a whole dump: a part of it must hold neither less nor more.
fn settle_sections(objects: &mut [Loaded], needs: &[BTreeSet<usize>]) -> Result<()> {
    let id = |at: usize| EntryId(u32::try_from(at).unwrap_or(u32::MAX));
    let place = |(at, object): (usize, &Loaded)| Entry {
        id: id(at),
        kind: object.kind,
        section: object.section,
        rank: 0,
        identity: object.identity.clone(),
        needs: needs
            .get(at)
            .into_iter()
            .flatten()
            .map(|need| id(*need))
            .collect(),
        body: Body::Statements(Vec::new()),
        drop: Vec::new(),
    };
    let mut entries: Vec<Entry> = objects.iter().enumerate().map(place).collect();
    settle(&mut entries)?;
    for (object, entry) in objects.iter_mut().zip(entries) {
        object.section = entry.section;
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
        let Some(object) = objects.get_mut(holder.object) else {
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
    needs: &mut Vec<BTreeSet<usize>>,
    holders: &Holders,
    facets: &Facets,
    hits: &Hits,
    warnings: &mut Vec<Warning>,
) {
    let mut of: HashMap<BString, usize> = HashMap::new();
    for acl in &facets.acls {
        let holder = holders.find(acl.address).map(|holder| holder.object);
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
            needs.push(holder.into_iter().collect());
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
fn number(
    mut objects: Vec<Loaded>,
    mut needs: Vec<BTreeSet<usize>>,
    kinds: &[Kind],
) -> Result<Vec<Entry>> {
    let id = |at: usize| EntryId(u32::try_from(at).unwrap_or(u32::MAX));
    let ranks = kinds.iter().zip(0_u16..);
    let ranks: HashMap<&str, u16> = ranks.map(|(kind, rank)| (kind.name, rank)).collect();
    let unknown = |kind| {
        let what = format!("the kind {kind} is not in the registry");
        Error::new(ErrorKind::Internal, what)
    };
    let mut entries = Vec::with_capacity(objects.len());
    // From the end and in a few steps, so that no object is there twice.
    let step = (objects.len() / 8).max(1000);
    while !objects.is_empty() {
        let first = objects.len().saturating_sub(step);
        let some = objects.split_off(first);
        objects.shrink_to_fit();
        for (at, object) in some.into_iter().enumerate().rev() {
            let at = first + at;
            let own = needs.get_mut(at).map(std::mem::take);
            let own = own.into_iter().flatten();
            entries.push(Entry {
                id: id(at),
                kind: object.kind,
                section: object.section,
                rank: *ranks.get(object.kind).ok_or_else(|| unknown(object.kind))?,
                identity: object.identity,
                needs: own.map(id).collect(),
                drop: object.sql.drop,
                body: match object.data {
                    Some(data) => Body::Data(data),
                    None => Body::Statements(object.sql.create),
                },
            });
        }
    }
    entries.reverse();
    Ok(entries)
}
