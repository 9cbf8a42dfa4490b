//! Reads the catalogs of a database: runs each kind's queries and the facets', looks for damage and for
//! what nobody claims. The sessions must stand in the snapshot. Not here: what is made of it
//! (entries.rs).

use std::sync::Arc;

use crate::error::{Context as _, Result};
use crate::plan::shelf::Reading;
use crate::postgres::address::{Address, class};
use crate::postgres::chosen::Hits;
use crate::postgres::claims::{Claims, check_gone};
use crate::postgres::entries;
use crate::postgres::facets::{acl, comment, extension_member, security_label};
use crate::postgres::link::{self, Depend, Holders};
use crate::postgres::objects::{BuildContext, GLOBALS, KINDS, Kind};
use crate::postgres::packed::Objects;
use crate::postgres::readers::{Answer, Readers};
use crate::postgres::version::Caps;
use crate::postgres::waits::Waits;
use crate::source::{Catalog, DumpOptions, Warning};
use crate::sql::rows::{Row, Rows};

/// What the catalogs of a database say.
pub(super) struct Read {
    objects: Objects,
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
    let objects = without_left_out(objects, &mut warnings)?;
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
        let read = (self.objects, self.holders, self.depends);
        let entries = entries::of(read, self.facets, about, &mut warnings)?;
        Ok(Catalog { entries, warnings })
    }
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
    let mut needs = Waits::new(objects.len(), std::iter::empty());
    let entries = entries::number(objects, &mut needs, GLOBALS, |_, _| {})?;
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
        let answers = queries.map(|query| match query.takes_long() {
            true => readers.ask_long(&doing(kind), query.sql()),
            false => readers.ask(&doing(kind), query.sql()),
        });
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
) -> Result<Objects> {
    let mut objects = Objects::default();
    for (kind, answers) in asked {
        let mut rows = Vec::new();
        for answer in answers {
            rows.push(answer.rows().await?);
        }
        for query in (kind.more)(context, &rows)? {
            rows.push(readers.query(&doing(kind), query).await?);
        }
        let built = kind.build(context, &rows, &mut |loaded| objects.push(loaded));
        built.while_with(|| format!("reading objects of kind {}", kind.name))?;
    }
    objects.close()?;
    Ok(objects)
}

async fn decoded<T>(answer: Answer, decode: impl Fn(&Row<'_>) -> Result<T>) -> Result<Vec<T>> {
    let rows = answer.rows().await?;
    rows.iter().map(|row| decode(&row)).collect()
}

/// Turns the objects that are left out into warnings.
fn without_left_out(mut objects: Objects, warnings: &mut Vec<Warning>) -> Result<Objects> {
    let stays: Vec<bool> = objects.iter().map(|o| o.left_out().is_none()).collect();
    let mut reading = Reading::default();
    for object in objects.iter() {
        if let Some(message) = object.left_out() {
            warnings.push(Warning {
                object: entries::described(&object.load(&mut reading)?),
                message: message.clone(),
            });
        }
    }
    objects.retain(&stays);
    Ok(objects)
}

/// These keys come with their extension, before any rows.
const EXTENSION_KEYS: &str = "\
SELECT k.conrelid AS own, k.confrelid AS referenced FROM pg_catalog.pg_constraint k \
JOIN pg_catalog.pg_depend d ON d.classid = 1259 AND d.objid = k.conrelid AND d.objsubid = 0 \
AND d.deptype = 'e' WHERE k.contype = 'f' ORDER BY k.oid";

/// The facets of the whole database.
pub(super) struct Facets {
    pub(super) acls: Vec<acl::Acl>,
    pub(super) comments: Vec<comment::Comment>,
    pub(super) labels: Vec<security_label::Label>,
    pub(super) goes_with: Vec<extension_member::GoesWith>,
    /// Foreign keys of extensions' tables: which table references which.
    pub(super) extension_keys: Vec<(Address, Address)>,
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
