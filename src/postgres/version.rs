//! What a server of which version can do: the only file that compares versions. One predicate per
//! capability, with the release that brought it.

/// What the connected server can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    number: u32,
    reads_passwords: bool,
    reads_conninfo: bool,
}

/// Declares a predicate: documentation, name, first version (`server_version_num`).
macro_rules! since {
    ($($(#[$doc:meta])* $name:ident = $first:literal;)*) => {
        impl Caps { $($(#[$doc])* #[must_use] pub const fn $name(&self) -> bool { self.number >= $first })* }
    };
}

/// Declares a predicate for what a release took away.
macro_rules! until {
    ($($(#[$doc:meta])* $name:ident = $gone:literal;)*) => {
        impl Caps { $($(#[$doc])* #[must_use] pub const fn $name(&self) -> bool { self.number < $gone })* }
    };
}

impl Caps {
    /// From `server_version_num`.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self {
            number,
            reads_passwords: true,
            reads_conninfo: true,
        }
    }

    /// The same server for a user who may not read pg_authid.
    #[must_use]
    pub const fn without_passwords(self) -> Self {
        Self {
            reads_passwords: false,
            ..self
        }
    }

    /// The same server for a user who may not read subscriptions' connection strings.
    #[must_use]
    pub const fn without_conninfo(self) -> Self {
        Self {
            reads_conninfo: false,
            ..self
        }
    }

    /// Whether the user may read pg_subscription.subconninfo: a superuser.
    #[must_use]
    pub const fn reads_conninfo(&self) -> bool {
        self.reads_conninfo
    }

    /// Whether the user may read pg_authid: a superuser, on most hosted services nobody.
    #[must_use]
    pub const fn reads_passwords(&self) -> bool {
        self.reads_passwords
    }

    /// `server_version_num`: 160003 for 16.3.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The major version.
    #[must_use]
    pub const fn major(&self) -> u32 {
        self.number / 10_000
    }
}

since! {
    /// pg_proc.prokind instead of proisagg and proiswindow; procedures (11).
    prokind = 110_000;
    /// Partitioned indexes, pg_index.indisvalid of parents, default partitions (11).
    partitioned_indexes = 110_000;
    /// Statistics targets of index columns: `ALTER INDEX … ALTER COLUMN` (11).
    index_statistics = 110_000;
    /// pg_constraint.conparentid: constraints cloned to partitions (11).
    conparentid = 110_000;
    /// `INCLUDE` columns: pg_index.indnkeyatts (11).
    index_include = 110_000;
    /// pg_attribute.attmissingval (11).
    attmissingval = 110_000;
    /// Tables have access methods; pg_class.relam of tables (12).
    table_access_methods = 120_000;
    /// Generated columns: pg_attribute.attgenerated (12).
    generated_columns = 120_000;
    /// pg_proc.prosupport (12).
    prosupport = 120_000;
    /// pg_collation.collisdeterministic (12).
    collisdeterministic = 120_000;
    /// pg_statistic_ext.stxkind holds MCV lists; statistics data are a catalog of their own (12).
    statistics_mcv = 120_000;
    /// ctid range scans (14).
    tid_range_scan = 140_000;
    /// pg_trigger.tgparentid: triggers cloned to partitions (13).
    tgparentid = 130_000;
    /// Statistics targets of extended statistics: pg_statistic_ext.stxstattarget (13).
    stxstattarget = 130_000;
    /// `CREATE DATABASE … LOCALE` (13).
    database_locale = 130_000;
    /// Publications of TRUNCATE: pg_publication.pubtruncate (11).
    pubtruncate = 110_000;
    /// Subscriptions that stream and transfer in binary: substream, subbinary (14).
    subscription_streaming = 140_000;
    /// Subscriptions with two-phase commit and `disable_on_error` (15).
    subscription_two_phase = 150_000;
    /// Subscriptions whose slots fail over: subfailover (17).
    subscription_failover = 170_000;
    /// Publications through the root: pg_publication.pubviaroot (13).
    pubviaroot = 130_000;
    /// pg_type.typsubscript (14).
    typsubscript = 140_000;
    /// Multirange types: pg_range.rngmultitypid (14).
    multiranges = 140_000;
    /// SQL-standard bodies: pg_proc.prosqlbody (14).
    prosqlbody = 140_000;
    /// `DETACH PARTITION … CONCURRENTLY`: pg_inherits.inhdetachpending (14).
    detaches_concurrently = 140_000;
    /// Column compression: pg_attribute.attcompression (14).
    attcompression = 140_000;
    /// Extended statistics on expressions: pg_statistic_ext.stxexprs (14).
    stxexprs = 140_000;
    /// pg_index.indnullsnotdistinct (15).
    nulls_not_distinct = 150_000;
    /// Schema publications, row filters, column lists (15).
    publication_schemas = 150_000;
    /// pg_database.daticulocale and datlocprovider (15).
    datlocprovider = 150_000;
    /// Parameter privileges: pg_parameter_acl (15).
    parameter_acl = 150_000;
    /// `public` belongs to pg_database_owner, and PUBLIC may not create in it (15).
    public_schema_locked = 150_000;
    /// Unlogged sequences (15).
    unlogged_sequences = 150_000;
    /// `security_invoker` views; `ON DELETE SET NULL (columns)` (15).
    confdelsetcols = 150_000;
    /// A `"char"` that is no character is given out as an escape, which is read back (16).
    char_escapes = 160_000;
    /// pg_class.reltuples is -1 where rows were never counted (14).
    unknown_reltuples = 140_000;
    /// Range types' statistics in pg_stats (17).
    range_statistics = 170_000;
    /// pg_class.relallfrozen (18).
    relallfrozen = 180_000;
    /// Membership options: pg_auth_members.inherit_option, set_option (16).
    membership_options = 160_000;
    /// ICU rules: pg_collation.collicurules, pg_database.daticurules (16).
    icu_rules = 160_000;
    /// pg_collation.colllocale and pg_database.datlocale, formerly *iculocale (17).
    colllocale = 170_000;
    /// Identity columns of partitioned tables belong to their partitions too (17).
    partition_identity = 170_000;
    /// The `builtin` locale provider (17).
    builtin_provider = 170_000;
    /// `transaction_timeout` (17).
    transaction_timeout = 170_000;
    /// NOT NULL constraints stand in pg_constraint (18).
    not_null_constraints = 180_000;
    /// Virtual generated columns (18).
    virtual_columns = 180_000;
    /// Temporal constraints: pg_constraint.conperiod (18).
    temporal_constraints = 180_000;
    /// Constraints that are not enforced: pg_constraint.conenforced (18).
    conenforced = 180_000;
    /// A sequence's value by function: `pg_get_sequence_data()` (18).
    sequence_data = 180_000;
    /// pg_publication.pubgencols (18).
    pubgencols = 180_000;
    /// Sequences have types: `CREATE SEQUENCE … AS` (10).
    sequence_types = 100_000;
}

until! {
    /// Tables `WITH OIDS`: pg_class.relhasoids (gone with 12).
    table_oids = 120_000;
    /// pg_attrdef.adsrc and pg_constraint.consrc (gone with 12).
    adsrc = 120_000;
    /// pg_type's and pg_proc's `protransform` (gone with 12).
    protransform = 120_000;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_count_from_the_first_release() {
        assert!(Caps::new(110_000).prokind() && !Caps::new(100_023).prokind());
        assert!(Caps::new(110_022).table_oids() && !Caps::new(120_000).table_oids());
    }
}
