//! The shape of an object kind, and how any kind is loaded. Kinds are pure: they say what to ask
//! and read the answers; only this file talks to the server for them.

use std::pin::Pin;
use std::sync::Arc;

use bstr::BString;

use crate::error::{Context as _, Error, Kind as ErrorKind, Result};
use crate::mysql::claims::Claims;
use crate::mysql::inventory::Relation;
use crate::mysql::packing::Packing;
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::mysql::text::Sql;
use crate::plan::entry::{Body, DataRef, Identity, Section, Statement};
use crate::sql::rows::{Row, Rows};

/// So many objects' definitions are asked for at once.
const TOGETHER: usize = 32;

/// Names an object for others that need it: a name space and a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// `relation` for tables, views and sequences, which share their names; else the kind.
    pub space: &'static str,
    /// Its name.
    pub name: BString,
}

impl Reference {
    /// A table, view or sequence.
    #[must_use]
    pub fn relation(name: &[u8]) -> Self {
        Self::new("relation", name)
    }

    /// An object of a name space.
    #[must_use]
    pub fn new(space: &'static str, name: &[u8]) -> Self {
        Self {
            space,
            name: name.into(),
        }
    }
}

/// Where a kind's objects come from.
#[derive(Debug)]
pub enum Found<T> {
    /// This server has no such kind, or it was not asked for.
    Nothing,
    /// From a query, one row an object.
    Query(Select),
    /// From the relations that are of a class (`Relations::those`): what each becomes, if anything.
    Relations(
        fn(&Relation) -> bool,
        fn(&Arc<Relation>, &Scope<'_>) -> Option<T>,
    ),
}

/// What an object becomes.
#[derive(Debug)]
pub enum Rendered {
    /// Statements.
    Sql(Sql),
    /// Rows.
    Data(DataRef),
}

/// One kind of object.
pub trait Object: Sized + Send {
    /// The kind's name in the registry, the fixtures and the table of contents.
    const NAME: &'static str;
    /// Where in the script it belongs.
    const SECTION: Section;

    /// Where its objects come from.
    fn find(scope: &Scope<'_>) -> Found<Self>;
    /// Reads one row of the query, where there is one.
    fn decode(_row: &Row<'_>) -> Result<Self> {
        let message = format!("the kind {} has no query", Self::NAME);
        Err(Error::new(ErrorKind::Internal, message))
    }
    /// The statements that show its definition, where any are needed.
    fn show(&self, _scope: &Scope<'_>) -> Vec<BString> {
        Vec::new()
    }
    /// Reads the answers to those.
    fn define(&mut self, _answers: &[Rows], _scope: &Scope<'_>) -> Result<()> {
        Ok(())
    }
    /// Says what can't be carried.
    fn claim(&self, _scope: &Scope<'_>, _claims: &mut Claims) -> Result<()> {
        Ok(())
    }
    /// Why it is left out with a warning where the server refuses to show it, of what the server
    /// itself does not take for there.
    fn unknown(&self, _error: &Error) -> Option<&'static str> {
        None
    }
    /// What to do where the server refuses to show it.
    fn hint(_error: &Error) -> Option<&'static str> {
        None
    }
    /// Whether it is dumped at all, once it was read.
    fn stays(&self) -> bool {
        true
    }
    /// Its names.
    fn identity(&self) -> Identity;
    /// What others call it by.
    fn provides(&self) -> Option<Reference> {
        None
    }
    /// What must come before it.
    fn needs(&self) -> Vec<Reference> {
        Vec::new()
    }
    /// What it becomes. Pure.
    fn render(&self, scope: &Scope<'_>) -> Result<Rendered>;
}

/// A kind whose objects depend on one another: all are read before the first becomes anything.
pub trait Linked: Object {
    /// Where they wait: packed, of a kind with as many as there are tables.
    type Waiting: Waiting<Self>;
    /// Sees all of them together.
    fn link(waiting: &mut Self::Waiting) -> Result<()>;
}

/// Where objects wait for the others of their kind.
pub trait Waiting<T>: Default + Send {
    /// Takes one more.
    fn push(&mut self, object: T) -> Result<()>;
    /// Gives each to `take`, in the order in which they came.
    fn give(self, take: impl FnMut(T) -> Result<()>) -> Result<()>;
}

impl<T: Send> Waiting<T> for Vec<T> {
    fn push(&mut self, object: T) -> Result<()> {
        Self::push(self, object);
        Ok(())
    }

    fn give(self, take: impl FnMut(T) -> Result<()>) -> Result<()> {
        self.into_iter().try_for_each(take)
    }
}

/// A loaded object, before it gets its id.
#[derive(Debug)]
pub struct Loaded {
    /// Where in the script it belongs.
    pub section: Section,
    /// Its names.
    pub identity: Identity,
    /// What others call it by.
    pub provides: Option<Reference>,
    /// What must come before it.
    pub needs: Vec<Reference>,
    /// What it consists of.
    pub body: Body,
    /// What removes it.
    pub drop: Vec<Statement>,
}

/// What loading needs.
pub struct Loader<'a, 'o> {
    /// The connection.
    pub session: &'a mut Session,
    /// The surroundings.
    pub scope: &'a Scope<'o>,
    /// The claim check.
    pub claims: &'a mut Claims,
    /// Takes what is loaded.
    pub packing: &'a mut Packing,
    /// The kind's position in the registry.
    pub rank: u16,
}

type Loading<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// One line of the registry.
#[derive(Clone, Copy)]
pub struct Kind {
    /// The kind's name.
    pub name: &'static str,
    load: for<'a> fn(&'a mut Loader<'_, '_>) -> Loading<'a>,
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Kind {
    /// The kind of this type.
    #[must_use]
    pub const fn of<T: Object + 'static>() -> Self {
        Self {
            name: T::NAME,
            load: |loader| Box::pin(load::<T>(loader)),
        }
    }

    /// The same of one whose objects depend on one another.
    #[must_use]
    pub const fn linked<T: Linked + 'static>() -> Self {
        Self {
            name: T::NAME,
            load: |loader| Box::pin(load_linked::<T>(loader)),
        }
    }

    /// Loads all its objects.
    pub async fn load(&self, loader: &mut Loader<'_, '_>) -> Result<()> {
        (self.load)(loader).await
    }
}

async fn load<T: Object>(loader: &mut Loader<'_, '_>) -> Result<()> {
    each::<T>(loader, |object, loader| push(&object, loader)).await
}

async fn load_linked<T: Linked>(loader: &mut Loader<'_, '_>) -> Result<()> {
    let mut waiting = T::Waiting::default();
    each::<T>(loader, |object, _| waiting.push(object)).await?;
    T::link(&mut waiting)?;
    waiting.give(|object| push(&object, loader))
}

/// Reads one object after the other, and gives those that stay to `take`.
async fn each<T: Object>(
    loader: &mut Loader<'_, '_>,
    mut take: impl FnMut(T, &mut Loader<'_, '_>) -> Result<()> + Send,
) -> Result<()> {
    let scope = loader.scope;
    match T::find(scope) {
        Found::Nothing => {}
        Found::Query(select) => {
            let rows = loader.session.query(select.sql()).await?;
            let found = rows.iter().map(|row| T::decode(&row));
            read_all(found, loader, &mut take).await?;
        }
        Found::Relations(class, become_one) => {
            let relations = scope.relations.those(class);
            let found = relations.filter_map(|relation| become_one(&relation, scope));
            read_all(found.map(Ok), loader, &mut take).await?;
        }
    }
    Ok(())
}

/// Some of them at a time: what shows one is asked for while the one before it is read.
async fn read_all<T: Object>(
    mut found: impl Iterator<Item = Result<T>> + Send,
    loader: &mut Loader<'_, '_>,
    take: &mut (impl FnMut(T, &mut Loader<'_, '_>) -> Result<()> + Send),
) -> Result<()> {
    loop {
        let some = found.by_ref().take(TOGETHER);
        let some = some.map(|object| object.map(|object| (object.show(loader.scope), object)));
        let some = some.collect::<Result<Vec<_>>>()?;
        if some.is_empty() {
            return Ok(());
        }
        let shows = some.iter().flat_map(|(shows, _)| shows);
        let shows: Vec<Vec<u8>> = shows.map(|sql| sql.to_vec()).collect();
        loader.session.query_ahead(shows.into_iter()).await?;
        if let Err(error) = read_some(some, loader, take).await {
            // The session is asked for more: whether a table came or went meanwhile.
            let _ = loader.session.let_go_ahead().await;
            return Err(error);
        }
    }
}

async fn read_some<T: Object>(
    some: Vec<(Vec<BString>, T)>,
    loader: &mut Loader<'_, '_>,
    take: &mut (impl FnMut(T, &mut Loader<'_, '_>) -> Result<()> + Send),
) -> Result<()> {
    for (shows, object) in some {
        if let Some(object) = read(object, &shows, loader).await? {
            take(object, loader)?;
        }
    }
    Ok(())
}

/// The object with its definition, if it stays.
async fn read<T: Object>(
    mut object: T,
    shows: &[BString],
    loader: &mut Loader<'_, '_>,
) -> Result<Option<T>> {
    let Err(error) = define(&mut object, shows, loader).await else {
        return Ok(object.stays().then_some(object));
    };
    let name = || label::<T>(&object.identity());
    match object.unknown(&error) {
        Some(why) => loader.claims.warn(name(), why),
        None if loader.claims.lenient => loader.claims.warn(name(), error.line()),
        None => {
            let error = match T::hint(&error) {
                Some(hint) => error.hint(hint),
                None => error,
            };
            return Err(error).while_with(|| format!("reading {}", name()));
        }
    }
    Ok(None)
}

/// Packs what it becomes.
fn push<T: Object>(object: &T, loader: &mut Loader<'_, '_>) -> Result<()> {
    match render(object, loader.scope) {
        Ok(loaded) if !loader.scope.wants_section(loaded.section) => {}
        Ok(loaded) => loader.packing.push((T::NAME, loader.rank), loaded)?,
        Err(error) if loader.claims.lenient => {
            let name = label::<T>(&object.identity());
            loader.claims.warn(name, error.line());
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn define<T: Object>(
    object: &mut T,
    shows: &[BString],
    loader: &mut Loader<'_, '_>,
) -> Result<()> {
    let mut answers = Ok(Vec::new());
    for sql in shows {
        // What was asked for is read behind a failure, too.
        if answers.is_err() && !loader.session.is_asked_ahead() {
            break;
        }
        match (loader.session.query(sql).await, &mut answers) {
            (Ok(rows), Ok(answers)) => answers.push(rows),
            (Err(error), Ok(_)) => answers = Err(error),
            (_, Err(_)) => {}
        }
    }
    object.define(&answers?, loader.scope)?;
    object.claim(loader.scope, loader.claims)
}

fn render<T: Object>(object: &T, scope: &Scope<'_>) -> Result<Loaded> {
    let (body, drop) = match object.render(scope)? {
        Rendered::Sql(sql) => (Body::Statements(sql.create), sql.drop),
        Rendered::Data(data) => (Body::Data(Arc::new(data)), Vec::new()),
    };
    Ok(Loaded {
        section: T::SECTION,
        identity: object.identity(),
        provides: object.provides(),
        needs: object.needs(),
        body,
        drop,
    })
}

/// "view v", for messages.
fn label<T: Object>(identity: &Identity) -> String {
    format!("{} {}", T::NAME, identity.name)
}

/// The definition in a `SHOW CREATE …` answer. The server hides it, as NULL, from those who lack
/// `right`.
pub fn shown(row: &Row<'_>, column: &str, right: &str) -> Result<BString> {
    row.opt_owned(column)?.ok_or_else(|| {
        Error::new(ErrorKind::Privilege, "the server hides the definition")
            .hint(format!("Grant {right} to the user that dumps."))
    })
}

/// The only row of the first answer.
pub fn only(answers: &[Rows]) -> Result<Row<'_>> {
    answers
        .first()
        .and_then(Rows::first)
        .ok_or_else(|| Error::new(ErrorKind::Changed, "it is gone"))
}
