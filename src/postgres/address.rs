//! Addresses: how PostgreSQL's dependency catalogs name any object: the catalog's own oid, the
//! row's oid, and a column number. Catalog oids are fixed (`src/include/catalog/pg_*.h`).

/// The address of an object in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The catalog: one of [`class`]'s.
    pub class: u32,
    /// The row's oid.
    pub object: u32,
}

impl Address {
    /// An object of a catalog.
    #[must_use]
    pub const fn new(class: u32, object: u32) -> Self {
        Self { class, object }
    }
}

/// The catalogs' oids.
pub mod class {
    macro_rules! classes {
        ($($name:ident = $oid:literal;)*) => {
            $(#[doc = concat!("The oid of the catalog ", stringify!($name), ".")]
            pub const $name: u32 = $oid;)*
            /// Every catalog with a constant here, by its name in upper case.
            pub const ALL: &[(&str, u32)] = &[$((stringify!($name), $oid)),*];
        };
    }
    classes! {
        PG_DEFAULT_ACL = 826;
        PG_TABLESPACE = 1213;
        PG_TYPE = 1247;
        PG_PROC = 1255;
        PG_CLASS = 1259;
        PG_AUTHID = 1260;
        PG_DATABASE = 1262;
        PG_FOREIGN_SERVER = 1417;
        PG_USER_MAPPING = 1418;
        PG_FOREIGN_DATA_WRAPPER = 2328;
        PG_AM = 2601;
        PG_AMOP = 2602;
        PG_AMPROC = 2603;
        PG_ATTRDEF = 2604;
        PG_CAST = 2605;
        PG_CONSTRAINT = 2606;
        PG_CONVERSION = 2607;
        PG_LANGUAGE = 2612;
        PG_LARGEOBJECT = 2613;
        PG_NAMESPACE = 2615;
        PG_OPCLASS = 2616;
        PG_OPERATOR = 2617;
        PG_REWRITE = 2618;
        PG_TRIGGER = 2620;
        PG_OPFAMILY = 2753;
        PG_EXTENSION = 3079;
        PG_POLICY = 3256;
        PG_STATISTIC_EXT = 3381;
        PG_COLLATION = 3456;
        PG_EVENT_TRIGGER = 3466;
        PG_TRANSFORM = 3576;
        PG_TS_DICT = 3600;
        PG_TS_PARSER = 3601;
        PG_TS_CONFIG = 3602;
        PG_TS_TEMPLATE = 3764;
        PG_SUBSCRIPTION = 6100;
        PG_PUBLICATION = 6104;
        PG_PUBLICATION_REL = 6106;
        PG_PUBLICATION_NAMESPACE = 6237;
        PG_PARAMETER_ACL = 6243;
    }
}

/// Addresses of our own, for steps of the restore that no catalog lists. Their class numbers are
/// below any catalog's oid.
pub mod step {
    use super::Address;

    /// The attaching of a partition, given by its oid.
    #[must_use]
    pub const fn partition_attach(partition: u32) -> Address {
        Address::new(1, partition)
    }

    /// The attaching of a partition's index, given by the index's oid.
    #[must_use]
    pub const fn index_attach(index: u32) -> Address {
        Address::new(2, index)
    }

    /// The filling of a materialized view, given by its oid.
    #[must_use]
    pub const fn matview_refresh(view: u32) -> Address {
        Address::new(3, view)
    }
}

/// The first oid of objects that users make; those below come from `initdb`
/// (`FirstNormalObjectId`).
pub const FIRST_USER_OID: u32 = 16_384;
