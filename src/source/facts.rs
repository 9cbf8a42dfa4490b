//! What a server that is restored into has, as far as an archive may ask for it.

use std::collections::BTreeSet;

use bstr::BString;

/// The names that an archive asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Roles; accounts as `user@host`.
    pub roles: BTreeSet<BString>,
    /// PostgreSQL's tablespaces.
    pub tablespaces: BTreeSet<BString>,
    /// PostgreSQL's extensions.
    pub extensions: BTreeSet<BString>,
    /// Collations, without their schemas.
    pub collations: BTreeSet<BString>,
    /// PostgreSQL: locales of the operating system's.
    pub locales: BTreeSet<BString>,
    /// MySQL: tables whose columns' types matter.
    pub tables: BTreeSet<BString>,
}

/// What there is of that: nothing but what was asked for. `None`: the user may not see it, or this server has no such thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetFacts {
    /// Roles; accounts as `user@host`.
    pub roles: Option<BTreeSet<BString>>,
    /// PostgreSQL: the roles that the user may give objects to; `None`: all, or it is not known.
    pub owners: Option<BTreeSet<BString>>,
    /// PostgreSQL's tablespaces.
    pub tablespaces: Option<BTreeSet<BString>>,
    /// PostgreSQL: extensions that can be made.
    pub extensions: Option<BTreeSet<BString>>,
    /// Collations by schema and name; MySQL's have no schema.
    pub collations: Option<BTreeSet<(BString, BString)>>,
    /// PostgreSQL: locales that the server's operating system has.
    pub locales: Option<BTreeSet<BString>>,
    /// PostgreSQL: methods that columns' long values can be compressed by.
    pub compressions: Option<BTreeSet<BString>>,
    /// PostgreSQL's schemas in this database.
    pub schemas: Option<BTreeSet<BString>>,
    /// MySQL: storage engines that can be used, in lower case.
    pub engines: Option<BTreeSet<BString>>,
    /// MySQL: the longest statement that the server takes, in bytes.
    pub max_packet: Option<u64>,
    /// PostgreSQL: the database's encoding.
    pub encoding: Option<String>,
    /// MySQL: columns of the tables that were asked for: table, column, type.
    pub columns: Vec<(BString, BString, BString)>,
    /// MySQL: accounts can be made that nobody can use.
    pub locks_accounts: bool,
}
