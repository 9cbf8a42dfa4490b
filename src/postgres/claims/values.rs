//! Every discriminator column of the catalogs, with the values that the kinds know. Source: the
//! manual's chapter "System Catalogs", `pg_*.h`.

/// A column whose value decides what an object is.
#[derive(Debug, Clone, Copy)]
pub struct Discriminator {
    /// The catalog.
    pub catalog: &'static str,
    /// The column.
    pub column: &'static str,
    /// What is known, by the first letter of its text; a space stands for the empty value.
    pub values: &'static str,
    /// Which rows a user made, over the catalog's own columns.
    pub rows: &'static str,
}

const OWN: &str = "oid >= 16384";
const OWN_RELATION: &str = "attrelid >= 16384 AND attnum > 0 AND NOT attisdropped";

macro_rules! known {
    ($($catalog:literal . $column:literal in $values:literal where $rows:expr;)*) => {
        &[$(Discriminator { catalog: $catalog, column: $column, values: $values, rows: $rows }),*]
    };
}

/// All of them. A column that the server lacks is passed over.
pub const DISCRIMINATORS: &[Discriminator] = known! {
    "pg_class"."relkind" in "rSvmfpicItI" where OWN;
    "pg_class"."relpersistence" in "put" where OWN;
    "pg_inherits"."inhdetachpending" in "ft" where "inhrelid >= 16384";
    "pg_class"."relreplident" in "dnfi" where OWN;
    "pg_type"."typtype" in "bcderpm" where OWN;
    "pg_type"."typalign" in "csid" where OWN;
    "pg_type"."typstorage" in "pexm" where OWN;
    "pg_proc"."prokind" in "fpaw" where OWN;
    "pg_proc"."provolatile" in "isv" where OWN;
    "pg_proc"."proparallel" in "sru" where OWN;
    "pg_constraint"."contype" in "cfnpuxt" where OWN;
    "pg_constraint"."confupdtype" in " acdnr" where OWN;
    "pg_constraint"."confdeltype" in " acdnr" where OWN;
    "pg_constraint"."confmatchtype" in " fps" where OWN;
    "pg_attribute"."attidentity" in " ad" where OWN_RELATION;
    "pg_attribute"."attgenerated" in " sv" where OWN_RELATION;
    "pg_attribute"."attstorage" in "pexm" where OWN_RELATION;
    "pg_attribute"."attcompression" in " pl" where OWN_RELATION;
    "pg_trigger"."tgenabled" in "ODRA" where OWN;
    "pg_rewrite"."ev_type" in "1234" where OWN;
    "pg_rewrite"."ev_enabled" in "ODRA" where OWN;
    "pg_policy"."polcmd" in "rawd*" where OWN;
    "pg_collation"."collprovider" in "bdci" where OWN;
    "pg_cast"."castcontext" in "eai" where OWN;
    "pg_cast"."castmethod" in "fib" where OWN;
    "pg_am"."amtype" in "ti" where OWN;
    "pg_event_trigger"."evtenabled" in "ODRA" where OWN;
    "pg_default_acl"."defaclobjtype" in "rSfTnL" where OWN;
    "pg_partitioned_table"."partstrat" in "hlr" where "true";
    "pg_amop"."amoppurpose" in "so" where OWN;
    "pg_operator"."oprkind" in "blr" where OWN;
    "pg_depend"."deptype" in "naiIeprxPSpt" where "objid >= 16384";
    "pg_aggregate"."aggkind" in "noh" where "aggfnoid >= 16384";
    "pg_publication"."pubgencols" in "nsft" where OWN;
};
