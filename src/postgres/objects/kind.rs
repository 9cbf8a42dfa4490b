//! What a kind of object is: its query, its model, its SQL. All pure: rows in, statements out.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{DataRef, Identity, Section};
use crate::postgres::address::Address;
use crate::postgres::chosen::Hits;
use crate::postgres::render::Sql;
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::source::{LeaveOut, RowForm};
use crate::sql::rows::{Row, Rows};

/// What the builders know besides their rows.
#[derive(Debug, Clone)]
pub struct BuildContext {
    /// The server's capabilities.
    pub caps: Caps,
    /// The database's name, unquoted.
    pub database: BString,
    /// Leave out tablespaces.
    pub no_tablespaces: bool,
    /// Leave out owners.
    pub no_owner: bool,
    /// Leave out grants.
    pub no_privileges: bool,
    /// What else is left out.
    pub leave_out: LeaveOut,
    /// How rows are written.
    pub rows: RowForm,
    /// Rows as INSERT, not COPY.
    pub inserts: bool,
    /// Nothing but definitions is carried: nothing else need be read.
    pub schema_only: bool,
    /// What the planner knows is carried too.
    pub statistics: bool,
    /// What was asked for by name.
    pub hits: Hits,
    /// The parts of tables that need something which could need their table again (see
    /// [`link::reaching`](crate::postgres::link::reaching)); `None` where that is not known.
    pub reaching: Option<Arc<HashSet<Address>>>,
}

impl BuildContext {
    /// A whole database of this server.
    #[must_use]
    pub fn whole(caps: Caps, database: BString) -> Self {
        Self {
            caps,
            database,
            no_tablespaces: false,
            no_owner: false,
            no_privileges: false,
            leave_out: LeaveOut::default(),
            rows: RowForm::default(),
            inserts: false,
            schema_only: false,
            statistics: false,
            hits: Hits::default(),
            reaching: None,
        }
    }

    /// Whether this part of an object could close a loop of dependencies.
    #[must_use]
    pub fn may_be_cut(&self, part: Address) -> bool {
        let reaching = self.reaching.as_ref();
        reaching.is_none_or(|reaching| reaching.contains(&part))
    }
}

/// A kind whose objects are one row each.
pub trait Object: Sized + 'static {
    /// The kind's name: registry, fixture folder, contents tag.
    const NAME: &'static str;
    /// Where its entries belong.
    const SECTION: Section;
    /// The query over the catalogs; `None` where this server has no such kind.
    fn query(caps: &Caps) -> Option<Select>;
    /// The model of a row.
    fn decode(row: &Row<'_>) -> Result<Self>;
    /// How `pg_depend` names it.
    fn address(&self) -> Address;
    /// How the table of contents names it.
    fn identity(&self) -> Identity;
    /// How `ALTER`, `COMMENT ON` and `GRANT` name it; `None` where it has no facets.
    fn reference(&self) -> Option<Reference>;
    /// What it needs and `pg_depend` does not say.
    fn needs(&self) -> Vec<Address> {
        Vec::new()
    }
    /// The table that it belongs to, for the selection of tables.
    fn table(&self) -> Option<Address> {
        None
    }
    /// Why it is left out, where no server takes it.
    fn left_out(&self) -> Option<String> {
        None
    }
    /// What a warning says of it although it is carried.
    fn remark(&self) -> Option<String> {
        None
    }
    /// The statements; sees the model only. Owner, grants, comments and labels are the facets'.
    fn render(&self, sql: &mut Sql);
}

/// How statements about an object name it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reference {
    /// The word in `COMMENT ON` and `SECURITY LABEL ON`: `TABLE`, `MATERIALIZED VIEW`.
    pub keyword: &'static str,
    /// The quoted name, with what must follow it: `public.f(integer)`, `t ON public.r`.
    pub name: BString,
    /// The word in `ALTER … OWNER TO`; `None` where an owner can't be set that way.
    pub owner_keyword: Option<&'static str>,
    /// The word in `GRANT … ON`; `None` where there are no grants.
    pub grant_keyword: Option<&'static str>,
}

impl Reference {
    /// An object whose `COMMENT`, `ALTER` and `GRANT` use the same word.
    #[must_use]
    pub fn all(keyword: &'static str, name: BString) -> Self {
        Self {
            keyword,
            name,
            owner_keyword: Some(keyword),
            grant_keyword: Some(keyword),
        }
    }

    /// An object with an owner and without grants.
    #[must_use]
    pub fn owned(keyword: &'static str, name: BString) -> Self {
        Self {
            keyword,
            name,
            owner_keyword: Some(keyword),
            grant_keyword: None,
        }
    }

    /// An object with a comment only: its owner is another object's.
    #[must_use]
    pub fn comment_only(keyword: &'static str, name: BString) -> Self {
        Self {
            keyword,
            name,
            owner_keyword: None,
            grant_keyword: None,
        }
    }
}

/// A piece of an object that can be cut out into an entry of its own, where it closes a loop of
/// dependencies: a column's default, a check, a view's query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The kind's name of the entry that it becomes.
    pub kind: &'static str,
    /// How `pg_depend` names the piece; its dependencies count for the object while it is inside.
    pub address: Address,
}

/// A part that is cut out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutOut {
    /// Where its entry belongs.
    pub section: Section,
    /// How the table of contents names it.
    pub identity: Identity,
    /// Its statements.
    pub sql: Sql,
}

/// Cuts an object: its parts are given by their positions in [`Loaded::parts`]. Few objects are cut:
/// what they become is made when they are.
pub trait Renderer: Send + Sync + Debug {
    /// The statements that are left.
    fn without(&self, parts: &[usize]) -> Sql;

    /// What the part becomes; `None` where there is no such part.
    fn cut_out(&self, part: usize) -> Option<CutOut>;
}

/// An object with everything about it, its kind forgotten.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The kind's name.
    pub kind: &'static str,
    /// Where it belongs.
    pub section: Section,
    /// How `pg_depend` names it, where it does.
    pub address: Option<Address>,
    /// Further addresses that come with it and have no entry of their own: checks and NOT NULLs
    /// inside a table. (What `pg_depend` calls internal to it is found without this.)
    pub provides: Vec<Address>,
    /// How the table of contents names it.
    pub identity: Identity,
    /// The facets' name for it.
    pub reference: Option<Reference>,
    /// What it needs besides `pg_depend`'s word.
    pub needs: Vec<Address>,
    /// What `pg_depend` says it needs and it must not wait for: a sequence, its owning table.
    pub ignores: Vec<Address>,
    /// Its statements, all parts inside.
    pub sql: Sql,
    /// What can be cut out.
    pub parts: Vec<Part>,
    /// Renders it again without some of its parts, where there are any.
    pub renderer: Option<Arc<dyn Renderer>>,
    /// The rows, for data entries.
    pub data: Option<Arc<DataRef>>,
    /// The unquoted columns' names by number, for comments and grants on columns.
    pub columns: Vec<(i32, BString)>,
    /// Which object it goes with when a part of the database is selected: an index, a trigger, a
    /// policy with its table, grants with whatever they are on. A sequence goes with the table that
    /// owns it, and also by itself.
    pub table: Option<Address>,
    /// Why the object is left out, where it is: it becomes a warning, not an entry.
    pub left_out: Option<String>,
    /// What a warning says of it, where it is carried in another state than the server has it in.
    pub remark: Option<String>,
    /// A shell type: what stands in for this type where its own functions need it.
    pub stands_in_for: Option<Address>,
}

impl Loaded {
    /// An object with nothing special about it.
    #[must_use]
    pub fn new(kind: &'static str, section: Section, identity: Identity, sql: Sql) -> Self {
        Self {
            kind,
            section,
            address: None,
            provides: Vec::new(),
            identity,
            reference: None,
            needs: Vec::new(),
            ignores: Vec::new(),
            sql,
            parts: Vec::new(),
            renderer: None,
            data: None,
            columns: Vec::new(),
            table: None,
            left_out: None,
            remark: None,
            stands_in_for: None,
        }
    }

    /// Of a kind whose objects are one row each.
    pub(super) fn of<T: Object>(object: &T) -> Self {
        let mut sql = Sql::default();
        object.render(&mut sql);
        Self {
            address: Some(object.address()),
            reference: object.reference(),
            needs: object.needs(),
            table: object.table(),
            left_out: object.left_out(),
            remark: object.remark(),
            ..Self::new(T::NAME, T::SECTION, object.identity(), sql)
        }
    }
}

/// A kind in the registry.
#[derive(Clone, Copy)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Its queries on this server, each one row set; empty where there is no such kind.
    pub queries: fn(&Caps) -> Vec<Select>,
    /// Further queries, made from the first ones' rows: for what is no catalog (a sequence's
    /// value). Their row sets follow the first ones'.
    pub more: fn(&BuildContext, &[Rows]) -> Result<Vec<BString>>,
    pub(super) build: Build,
    /// Its objects are rows: not read where nothing but definitions is wanted.
    pub rows: bool,
}

/// Takes objects one by one.
pub type Give<'a> = &'a mut dyn FnMut(Loaded) -> Result<()>;

/// Makes objects from the row sets, which stand in the order of the queries.
#[derive(Clone, Copy)]
pub(super) enum Build {
    All(fn(&BuildContext, &[Rows]) -> Result<Vec<Loaded>>),
    Each(fn(&BuildContext, &[Rows], Give<'_>) -> Result<()>),
}

impl Kind {
    /// Makes the objects, and gives each away.
    pub fn build(&self, context: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
        match self.build {
            Build::All(build) => build(context, rows)?.into_iter().try_for_each(give),
            Build::Each(build) => build(context, rows, give),
        }
    }

    /// The same of a kind of which there may be hundreds of thousands: each object is given away before
    /// the next one is made.
    #[must_use]
    pub const fn each(
        name: &'static str,
        queries: fn(&Caps) -> Vec<Select>,
        build: fn(&BuildContext, &[Rows], Give<'_>) -> Result<()>,
    ) -> Self {
        let mut kind = Self::derived(name);
        kind.queries = queries;
        kind.build = Build::Each(build);
        kind
    }

    /// All its objects, for tests.
    #[cfg(test)]
    pub(in crate::postgres) fn all(
        &self,
        context: &BuildContext,
        rows: &[Rows],
    ) -> Result<Vec<Loaded>> {
        let mut all = Vec::new();
        self.build(context, rows, &mut |loaded| {
            all.push(loaded);
            Ok(())
        })?;
        Ok(all)
    }

    /// A kind with several row sets, or with several objects from a row.
    #[must_use]
    pub const fn new(
        name: &'static str,
        queries: fn(&Caps) -> Vec<Select>,
        build: fn(&BuildContext, &[Rows]) -> Result<Vec<Loaded>>,
    ) -> Self {
        Self {
            name,
            queries,
            more: |_, _| Ok(Vec::new()),
            build: Build::All(build),
            rows: false,
        }
    }

    /// A kind whose entries come from another's objects (cut-out parts, grants): a rank only.
    #[must_use]
    pub const fn derived(name: &'static str) -> Self {
        Self::new(name, |_| Vec::new(), |_, _| Ok(Vec::new()))
    }

    /// A kind whose objects are one row each.
    #[must_use]
    pub const fn of<T: Object>() -> Self {
        Self::each(
            T::NAME,
            |caps| T::query(caps).into_iter().collect(),
            |_, rows, give| {
                let mut rows = rows.iter().flat_map(Rows::iter);
                rows.try_for_each(|row| give(Loaded::of(&T::decode(&row)?)))
            },
        )
    }
}
