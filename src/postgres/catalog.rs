//! Reads the catalogs of a database into entries: runs each kind's queries, finds out what needs
//! what, cuts loops, adds the facets. The session must stand in the snapshot.

use std::collections::{BTreeSet, HashMap, VecDeque};

use bstr::BString;

use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::plan::entry::{Body, Entry, EntryId, Identity, Method, Section};
use crate::plan::order::settle;
use crate::postgres::address::{Address, class};
use crate::postgres::chosen::{self, Hits, Kept};
use crate::postgres::facets::{acl, comment, extension_member, owner, security_label};
use crate::postgres::link::{self, Depend, Holders};
use crate::postgres::objects::{BuildContext, GLOBALS, KINDS, Kind, Loaded};
use crate::postgres::render::{Sql, cat};
use crate::postgres::select::Select;
use crate::postgres::session::Session;
use crate::postgres::version::Caps;
use crate::postgres::{claims, cycles, half_characters};
use crate::source::{Catalog, DumpOptions, Warning};
use crate::sql::rows::{Row, Rows};

/// Everything that the database's archive carries.
pub async fn load(
    session: &mut Session,
    database: &[u8],
    caps: Caps,
    (options, hits): (&DumpOptions, &Hits),
) -> Result<Catalog> {
    let caps = if may_read_conninfo(session).await? {
        caps
    } else {
        caps.without_conninfo()
    };
    let context = BuildContext {
        hits: hits.clone(),
        ..context(database, caps, options)
    };
    let mut warnings = hits.warnings.clone();
    let objects = objects(session, KINDS, &context).await?;
    let depends = depends(session).await?;
    let holders = Holders::new(&objects, &depends);
    claims::check(session, &holders, options.lenient, &mut warnings).await?;
    let objects = without_left_out(objects, &mut warnings);
    let facets = Facets::read(session, &caps, options).await?;
    let mut entries = entries(objects, &depends, &facets, (options, hits), &mut warnings)?;
    insert_without_oids(&mut entries, options, &mut warnings)?;
    half_characters::check(
        session,
        &caps,
        &mut entries,
        (options.lenient, &mut warnings),
    )
    .await?;
    Ok(Catalog { entries, warnings })
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
        data.method = Method::Rows;
        warnings.push(Warning {
            object: format!("table {}", data.table),
            message: message.to_owned(),
        });
    }
    Ok(())
}

/// Everything that the globals archive carries.
pub async fn globals(session: &mut Session, caps: Caps, options: &DumpOptions) -> Result<Catalog> {
    let mut warnings = Vec::new();
    let caps = if may_read_passwords(session).await? {
        caps
    } else {
        warnings.push(Warning {
            object: "roles".to_owned(),
            message: "passwords are left out: the user may not read pg_authid".to_owned(),
        });
        caps.without_passwords()
    };
    let context = context(b"", caps, options);
    let objects = objects(session, GLOBALS, &context).await?;
    let needs = vec![BTreeSet::new(); objects.len()];
    let entries = number(objects, &needs, GLOBALS)?;
    Ok(Catalog { entries, warnings })
}

async fn may_read_conninfo(session: &mut Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.has_column_privilege('pg_catalog.pg_subscription', \
               'subconninfo', 'SELECT') AS may";
    let rows = session.query(sql.as_bytes()).await?;
    rows.first().map_or(Ok(false), |row| row.bool("may"))
}

async fn may_read_passwords(session: &mut Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS may";
    let rows = session.query(sql.as_bytes()).await?;
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
    }
}

async fn objects(
    session: &mut Session,
    kinds: &[Kind],
    context: &BuildContext,
) -> Result<Vec<Loaded>> {
    let mut objects = Vec::new();
    let asked = |kind: &&Kind| !(kind.rows && context.schema_only);
    let asked = kinds.iter().filter(asked);
    let asked: Vec<_> = asked
        .map(|kind| (kind, (kind.queries)(&context.caps)))
        .collect();
    let mut ahead = Ahead::new(asked.iter().flat_map(|(_, queries)| queries));
    for (kind, queries) in &asked {
        let doing = format!("cannot read the catalog's objects of kind {}", kind.name);
        let mut rows = Vec::new();
        for _ in queries {
            rows.push(ahead.next(session, &doing).await?);
        }
        let more = (kind.more)(context, &rows)?;
        if !more.is_empty() {
            ahead.settle(session, &doing).await?;
        }
        for query in more {
            rows.push(session.query_for(&doing, &query).await?);
        }
        let built = (kind.build)(context, &rows);
        objects.extend(built.while_with(|| format!("reading objects of kind {}", kind.name))?);
    }
    Ok(objects)
}

/// The kinds' queries in their order, one further sent than is answered: the server reads its catalogs
/// while objects are made of what it said before.
struct Ahead {
    queries: VecDeque<String>,
    /// Sent, and not answered.
    open: usize,
    /// Answered before anybody asked.
    early: VecDeque<Rows>,
}

impl Ahead {
    fn new<'a>(queries: impl Iterator<Item = &'a Select>) -> Self {
        Self {
            queries: queries.map(Select::sql).collect(),
            open: 0,
            early: VecDeque::new(),
        }
    }

    /// The answer to the next query.
    async fn next(&mut self, session: &mut Session, doing: &str) -> Result<Rows> {
        while self.open < 2
            && let Some(query) = self.queries.pop_front()
        {
            session.ask(query.as_bytes()).await?;
            self.open += 1;
        }
        if let Some(rows) = self.early.pop_front() {
            return Ok(rows);
        }
        self.open = self.open.saturating_sub(1);
        session.answer(doing).await
    }

    /// Reads what was sent to its end: the session is idle afterwards.
    async fn settle(&mut self, session: &mut Session, doing: &str) -> Result<()> {
        while self.open > 0 {
            self.open -= 1;
            self.early.push_back(session.answer(doing).await?);
        }
        Ok(())
    }
}

/// Turns the objects that are left out into warnings.
fn without_left_out(objects: Vec<Loaded>, warnings: &mut Vec<Warning>) -> Vec<Loaded> {
    if objects.iter().all(|object| object.left_out.is_none()) {
        return objects;
    }
    let (left_out, kept) = objects.into_iter().partition(|o| o.left_out.is_some());
    warnings.extend(Vec::into_iter(left_out).filter_map(|object: Loaded| {
        let identity = &object.identity;
        let schema = identity.schema.as_ref().map(|schema| cat![schema, "."]);
        let name = cat![schema.unwrap_or_default(), &identity.name];
        Some(Warning {
            object: format!("{} {name}", object.kind),
            message: object.left_out?,
        })
    }));
    kept
}

async fn depends(session: &mut Session) -> Result<Vec<Depend>> {
    let rows = session.query(link::query().sql().as_bytes()).await?;
    rows.iter().map(|row| link::decode(&row)).collect()
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

impl Facets {
    async fn read(session: &mut Session, caps: &Caps, options: &DumpOptions) -> Result<Self> {
        let acls = if options.no_privileges {
            Rows::default()
        } else {
            let doing = "cannot read the grants from the catalogs";
            session
                .query_for(doing, acl::query(caps).as_bytes())
                .await?
        };
        let comments = if options.no_comments {
            Rows::default()
        } else {
            session.query(comment::query(caps).sql().as_bytes()).await?
        };
        let labels = if options.leave_out.security_labels {
            Rows::default()
        } else {
            session
                .query(security_label::query().sql().as_bytes())
                .await?
        };
        let goes_with = session
            .query(extension_member::query().sql().as_bytes())
            .await?;
        let keys = session.query(EXTENSION_KEYS.as_bytes()).await?;
        let table = |row: &Row<'_>, column| Ok(Address::new(class::PG_CLASS, row.num(column)?));
        Ok(Self {
            extension_keys: keys
                .iter()
                .map(|row| Ok((table(&row, "own")?, table(&row, "referenced")?)))
                .collect::<Result<_>>()?,
            acls: acl::decode(acls.iter())?,
            comments: comments
                .iter()
                .map(|r| comment::decode(&r))
                .collect::<Result<_>>()?,
            labels: labels
                .iter()
                .map(|r| security_label::decode(&r))
                .collect::<Result<_>>()?,
            goes_with: goes_with
                .iter()
                .map(|r| extension_member::decode(&r))
                .collect::<Result<_>>()?,
        })
    }
}

fn entries(
    mut objects: Vec<Loaded>,
    depends: &[Depend],
    facets: &Facets,
    (options, hits): (&DumpOptions, &Hits),
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Entry>> {
    let needs = link::needs(&objects, depends, &Holders::new(&objects, depends));
    let mut needs = cycles::cut(&mut objects, &needs);
    let holders = Holders::new(&objects, depends);
    add_owners(&mut objects, options);
    add_words(&mut objects, &holders, facets);
    add_grants(&mut objects, &mut needs, &holders, facets, hits, warnings);
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
    let entries = number(objects, &needs, KINDS)?;
    Ok(chosen::keep(entries, &Kept { stays, hits }))
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
            object.sql.create.extend(statement);
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
        object.sql.create.extend(statement);
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
        // The system's own objects are in no schema that was asked for.
        if holder.is_none() && !(hits.is_everything() || hits.schema(&BString::default())) {
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
fn number(objects: Vec<Loaded>, needs: &[BTreeSet<usize>], kinds: &[Kind]) -> Result<Vec<Entry>> {
    let id = |at: usize| EntryId(u32::try_from(at).unwrap_or(u32::MAX));
    objects
        .into_iter()
        .enumerate()
        .map(|(at, object)| {
            let own = needs.get(at).into_iter().flatten();
            Ok(Entry {
                id: id(at),
                kind: object.kind,
                section: object.section,
                rank: rank(object.kind, kinds)?,
                identity: object.identity,
                needs: own.map(|need| id(*need)).collect(),
                drop: object.sql.drop,
                body: match object.data {
                    Some(data) => Body::Data(data),
                    None => Body::Statements(object.sql.create),
                },
            })
        })
        .collect()
}

fn rank(name: &str, kinds: &[Kind]) -> Result<u16> {
    let at = kinds.iter().position(|kind| kind.name == name);
    at.and_then(|at| u16::try_from(at).ok()).ok_or_else(|| {
        Error::new(
            ErrorKind::Internal,
            format!("the kind {name} is not in the registry"),
        )
    })
}
