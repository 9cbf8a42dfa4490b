//! The catalogs of every version from 10 to 18, with their columns: what the kinds were written
//! against. Source: `pg_attribute` of each. A catalog or a column that is not here is newer than
//! this program.

/// A catalog.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Its own oid, where its rows are objects that must be claimed one by one; else `None`: its
    /// rows belong to objects of other catalogs, to the whole server, or say nothing that lasts.
    pub class: Option<u32>,
    /// Its columns in any version.
    pub columns: &'static [&'static str],
}

/// Every catalog, sorted by name.
#[rustfmt::skip]
pub const CATALOGS: &[Known] = &[
    Known {
        name: "pg_aggregate",
        class: None,
        columns: &[
            "aggcombinefn", "aggdeserialfn", "aggfinalextra", "aggfinalfn", "aggfinalmodify",
            "aggfnoid", "agginitval", "aggkind", "aggmfinalextra", "aggmfinalfn", "aggmfinalmodify",
            "aggminitval", "aggminvtransfn", "aggmtransfn", "aggmtransspace", "aggmtranstype",
            "aggnumdirectargs", "aggserialfn", "aggsortop", "aggtransfn", "aggtransspace",
            "aggtranstype",
        ],
    },
    Known {
        name: "pg_am",
        class: Some(2601),
        columns: &[
            "amhandler", "amname", "amtype", "oid",
        ],
    },
    Known {
        name: "pg_amop",
        class: Some(2602),
        columns: &[
            "amopfamily", "amoplefttype", "amopmethod", "amopopr", "amoppurpose", "amoprighttype",
            "amopsortfamily", "amopstrategy", "oid",
        ],
    },
    Known {
        name: "pg_amproc",
        class: Some(2603),
        columns: &[
            "amproc", "amprocfamily", "amproclefttype", "amprocnum", "amprocrighttype", "oid",
        ],
    },
    Known {
        name: "pg_attrdef",
        class: Some(2604),
        columns: &[
            "adbin", "adnum", "adrelid", "adsrc", "oid",
        ],
    },
    Known {
        name: "pg_attribute",
        class: None,
        columns: &[
            "attacl", "attalign", "attbyval", "attcacheoff", "attcollation", "attcompression",
            "attfdwoptions", "attgenerated", "atthasdef", "atthasmissing", "attidentity",
            "attinhcount", "attisdropped", "attislocal", "attlen", "attmissingval", "attname",
            "attndims", "attnotnull", "attnum", "attoptions", "attrelid", "attstattarget",
            "attstorage", "atttypid", "atttypmod",
        ],
    },
    Known {
        name: "pg_auth_members",
        class: None,
        columns: &[
            "admin_option", "grantor", "inherit_option", "member", "oid", "roleid", "set_option",
        ],
    },
    Known {
        name: "pg_authid",
        class: None,
        columns: &[
            "oid", "rolbypassrls", "rolcanlogin", "rolconnlimit", "rolcreatedb", "rolcreaterole",
            "rolinherit", "rolname", "rolpassword", "rolreplication", "rolsuper", "rolvaliduntil",
        ],
    },
    Known {
        name: "pg_cast",
        class: Some(2605),
        columns: &[
            "castcontext", "castfunc", "castmethod", "castsource", "casttarget", "oid",
        ],
    },
    Known {
        name: "pg_class",
        class: Some(1259),
        columns: &[
            "oid", "relacl", "relallfrozen", "relallvisible", "relam", "relchecks", "relfilenode",
            "relforcerowsecurity", "relfrozenxid", "relhasindex", "relhasoids", "relhaspkey",
            "relhasrules", "relhassubclass", "relhastriggers", "relispartition", "relispopulated",
            "relisshared", "relkind", "relminmxid", "relname", "relnamespace", "relnatts",
            "reloftype", "reloptions", "relowner", "relpages", "relpartbound", "relpersistence",
            "relreplident", "relrewrite", "relrowsecurity", "reltablespace", "reltoastrelid",
            "reltuples", "reltype",
        ],
    },
    Known {
        name: "pg_collation",
        class: Some(3456),
        columns: &[
            "collcollate", "collctype", "collencoding", "colliculocale", "collicurules",
            "collisdeterministic", "colllocale", "collname", "collnamespace", "collowner",
            "collprovider", "collversion", "oid",
        ],
    },
    Known {
        name: "pg_constraint",
        class: Some(2606),
        columns: &[
            "conbin", "condeferrable", "condeferred", "conenforced", "conexclop", "confdelsetcols",
            "confdeltype", "conffeqop", "confkey", "confmatchtype", "confrelid", "confupdtype",
            "conindid", "coninhcount", "conislocal", "conkey", "conname", "connamespace",
            "connoinherit", "conparentid", "conperiod", "conpfeqop", "conppeqop", "conrelid",
            "consrc", "contype", "contypid", "convalidated", "oid",
        ],
    },
    Known {
        name: "pg_conversion",
        class: Some(2607),
        columns: &[
            "condefault", "conforencoding", "conname", "connamespace", "conowner", "conproc",
            "contoencoding", "oid",
        ],
    },
    Known {
        name: "pg_database",
        class: None,
        columns: &[
            "datacl", "datallowconn", "datcollate", "datcollversion", "datconnlimit", "datctype",
            "datdba", "datfrozenxid", "dathasloginevt", "daticulocale", "daticurules",
            "datistemplate", "datlastsysoid", "datlocale", "datlocprovider", "datminmxid",
            "datname", "dattablespace", "encoding", "oid",
        ],
    },
    Known {
        name: "pg_db_role_setting",
        class: None,
        columns: &[
            "setconfig", "setdatabase", "setrole",
        ],
    },
    Known {
        name: "pg_default_acl",
        class: Some(826),
        columns: &[
            "defaclacl", "defaclnamespace", "defaclobjtype", "defaclrole", "oid",
        ],
    },
    Known {
        name: "pg_depend",
        class: None,
        columns: &[
            "classid", "deptype", "objid", "objsubid", "refclassid", "refobjid", "refobjsubid",
        ],
    },
    Known {
        name: "pg_description",
        class: None,
        columns: &[
            "classoid", "description", "objoid", "objsubid",
        ],
    },
    Known {
        name: "pg_enum",
        class: None,
        columns: &[
            "enumlabel", "enumsortorder", "enumtypid", "oid",
        ],
    },
    Known {
        name: "pg_event_trigger",
        class: Some(3466),
        columns: &[
            "evtenabled", "evtevent", "evtfoid", "evtname", "evtowner", "evttags", "oid",
        ],
    },
    Known {
        name: "pg_extension",
        class: Some(3079),
        columns: &[
            "extcondition", "extconfig", "extname", "extnamespace", "extowner", "extrelocatable",
            "extversion", "oid",
        ],
    },
    Known {
        name: "pg_foreign_data_wrapper",
        class: Some(2328),
        columns: &[
            "fdwacl", "fdwhandler", "fdwname", "fdwoptions", "fdwowner", "fdwvalidator", "oid",
        ],
    },
    Known {
        name: "pg_foreign_server",
        class: Some(1417),
        columns: &[
            "oid", "srvacl", "srvfdw", "srvname", "srvoptions", "srvowner", "srvtype", "srvversion",
        ],
    },
    Known {
        name: "pg_foreign_table",
        class: None,
        columns: &[
            "ftoptions", "ftrelid", "ftserver",
        ],
    },
    Known {
        name: "pg_index",
        class: None,
        columns: &[
            "indcheckxmin", "indclass", "indcollation", "indexprs", "indexrelid", "indimmediate",
            "indisclustered", "indisexclusion", "indislive", "indisprimary", "indisready",
            "indisreplident", "indisunique", "indisvalid", "indkey", "indnatts", "indnkeyatts",
            "indnullsnotdistinct", "indoption", "indpred", "indrelid",
        ],
    },
    Known {
        name: "pg_inherits",
        class: None,
        columns: &[
            "inhdetachpending", "inhparent", "inhrelid", "inhseqno",
        ],
    },
    Known {
        name: "pg_init_privs",
        class: None,
        columns: &[
            "classoid", "initprivs", "objoid", "objsubid", "privtype",
        ],
    },
    Known {
        name: "pg_language",
        class: Some(2612),
        columns: &[
            "lanacl", "laninline", "lanispl", "lanname", "lanowner", "lanplcallfoid",
            "lanpltrusted", "lanvalidator", "oid",
        ],
    },
    Known {
        name: "pg_largeobject",
        class: None,
        columns: &[
            "data", "loid", "pageno",
        ],
    },
    Known {
        name: "pg_largeobject_metadata",
        class: None,
        columns: &[
            "lomacl", "lomowner", "oid",
        ],
    },
    Known {
        name: "pg_namespace",
        class: Some(2615),
        columns: &[
            "nspacl", "nspname", "nspowner", "oid",
        ],
    },
    Known {
        name: "pg_opclass",
        class: Some(2616),
        columns: &[
            "oid", "opcdefault", "opcfamily", "opcintype", "opckeytype", "opcmethod", "opcname",
            "opcnamespace", "opcowner",
        ],
    },
    Known {
        name: "pg_operator",
        class: Some(2617),
        columns: &[
            "oid", "oprcanhash", "oprcanmerge", "oprcode", "oprcom", "oprjoin", "oprkind",
            "oprleft", "oprname", "oprnamespace", "oprnegate", "oprowner", "oprrest", "oprresult",
            "oprright",
        ],
    },
    Known {
        name: "pg_opfamily",
        class: Some(2753),
        columns: &[
            "oid", "opfmethod", "opfname", "opfnamespace", "opfowner",
        ],
    },
    Known {
        name: "pg_parameter_acl",
        class: None,
        columns: &[
            "oid", "paracl", "parname",
        ],
    },
    Known {
        name: "pg_partitioned_table",
        class: None,
        columns: &[
            "partattrs", "partclass", "partcollation", "partdefid", "partexprs", "partnatts",
            "partrelid", "partstrat",
        ],
    },
    Known {
        name: "pg_pltemplate",
        class: None,
        columns: &[
            "tmplacl", "tmpldbacreate", "tmplhandler", "tmplinline", "tmpllibrary", "tmplname",
            "tmpltrusted", "tmplvalidator",
        ],
    },
    Known {
        name: "pg_policy",
        class: Some(3256),
        columns: &[
            "oid", "polcmd", "polname", "polpermissive", "polqual", "polrelid", "polroles",
            "polwithcheck",
        ],
    },
    Known {
        name: "pg_proc",
        class: Some(1255),
        columns: &[
            "oid", "proacl", "proallargtypes", "proargdefaults", "proargmodes", "proargnames",
            "proargtypes", "probin", "proconfig", "procost", "proisagg", "proisstrict",
            "proiswindow", "prokind", "prolang", "proleakproof", "proname", "pronamespace",
            "pronargdefaults", "pronargs", "proowner", "proparallel", "proretset", "prorettype",
            "prorows", "prosecdef", "prosqlbody", "prosrc", "prosupport", "protransform",
            "protrftypes", "provariadic", "provolatile",
        ],
    },
    Known {
        name: "pg_publication",
        class: Some(6104),
        columns: &[
            "oid", "puballtables", "pubdelete", "pubgencols", "pubinsert", "pubname", "pubowner",
            "pubtruncate", "pubupdate", "pubviaroot",
        ],
    },
    Known {
        name: "pg_publication_namespace",
        class: Some(6237),
        columns: &[
            "oid", "pnnspid", "pnpubid",
        ],
    },
    Known {
        name: "pg_publication_rel",
        class: Some(6106),
        columns: &[
            "oid", "prattrs", "prpubid", "prqual", "prrelid",
        ],
    },
    Known {
        name: "pg_range",
        class: None,
        columns: &[
            "rngcanonical", "rngcollation", "rngmultitypid", "rngsubdiff", "rngsubopc",
            "rngsubtype", "rngtypid",
        ],
    },
    Known {
        name: "pg_replication_origin",
        class: None,
        columns: &[
            "roident", "roname",
        ],
    },
    Known {
        name: "pg_rewrite",
        class: Some(2618),
        columns: &[
            "ev_action", "ev_class", "ev_enabled", "ev_qual", "ev_type", "is_instead", "oid",
            "rulename",
        ],
    },
    Known {
        name: "pg_seclabel",
        class: None,
        columns: &[
            "classoid", "label", "objoid", "objsubid", "provider",
        ],
    },
    Known {
        name: "pg_sequence",
        class: None,
        columns: &[
            "seqcache", "seqcycle", "seqincrement", "seqmax", "seqmin", "seqrelid", "seqstart",
            "seqtypid",
        ],
    },
    Known {
        name: "pg_shdepend",
        class: None,
        columns: &[
            "classid", "dbid", "deptype", "objid", "objsubid", "refclassid", "refobjid",
        ],
    },
    Known {
        name: "pg_shdescription",
        class: None,
        columns: &[
            "classoid", "description", "objoid",
        ],
    },
    Known {
        name: "pg_shseclabel",
        class: None,
        columns: &[
            "classoid", "label", "objoid", "provider",
        ],
    },
    Known {
        name: "pg_statistic",
        class: None,
        columns: &[
            "staattnum", "stacoll1", "stacoll2", "stacoll3", "stacoll4", "stacoll5", "stadistinct",
            "stainherit", "stakind1", "stakind2", "stakind3", "stakind4", "stakind5", "stanullfrac",
            "stanumbers1", "stanumbers2", "stanumbers3", "stanumbers4", "stanumbers5", "staop1",
            "staop2", "staop3", "staop4", "staop5", "starelid", "stavalues1", "stavalues2",
            "stavalues3", "stavalues4", "stavalues5", "stawidth",
        ],
    },
    Known {
        name: "pg_statistic_ext",
        class: Some(3381),
        columns: &[
            "oid", "stxdependencies", "stxexprs", "stxkeys", "stxkind", "stxname", "stxnamespace",
            "stxndistinct", "stxowner", "stxrelid", "stxstattarget",
        ],
    },
    Known {
        name: "pg_statistic_ext_data",
        class: None,
        columns: &[
            "stxddependencies", "stxdexpr", "stxdinherit", "stxdmcv", "stxdndistinct", "stxoid",
        ],
    },
    Known {
        name: "pg_subscription",
        class: None,
        columns: &[
            "oid", "subbinary", "subconninfo", "subdbid", "subdisableonerr", "subenabled",
            "subfailover", "subname", "suborigin", "subowner", "subpasswordrequired",
            "subpublications", "subrunasowner", "subskiplsn", "subslotname", "substream",
            "subsynccommit", "subtwophasestate",
        ],
    },
    Known {
        name: "pg_subscription_rel",
        class: None,
        columns: &[
            "srrelid", "srsubid", "srsublsn", "srsubstate",
        ],
    },
    Known {
        name: "pg_tablespace",
        class: None,
        columns: &[
            "oid", "spcacl", "spcname", "spcoptions", "spcowner",
        ],
    },
    Known {
        name: "pg_transform",
        class: Some(3576),
        columns: &[
            "oid", "trffromsql", "trflang", "trftosql", "trftype",
        ],
    },
    Known {
        name: "pg_trigger",
        class: Some(2620),
        columns: &[
            "oid", "tgargs", "tgattr", "tgconstraint", "tgconstrindid", "tgconstrrelid",
            "tgdeferrable", "tgenabled", "tgfoid", "tginitdeferred", "tgisinternal", "tgname",
            "tgnargs", "tgnewtable", "tgoldtable", "tgparentid", "tgqual", "tgrelid", "tgtype",
        ],
    },
    Known {
        name: "pg_ts_config",
        class: Some(3602),
        columns: &[
            "cfgname", "cfgnamespace", "cfgowner", "cfgparser", "oid",
        ],
    },
    Known {
        name: "pg_ts_config_map",
        class: None,
        columns: &[
            "mapcfg", "mapdict", "mapseqno", "maptokentype",
        ],
    },
    Known {
        name: "pg_ts_dict",
        class: Some(3600),
        columns: &[
            "dictinitoption", "dictname", "dictnamespace", "dictowner", "dicttemplate", "oid",
        ],
    },
    Known {
        name: "pg_ts_parser",
        class: Some(3601),
        columns: &[
            "oid", "prsend", "prsheadline", "prslextype", "prsname", "prsnamespace", "prsstart",
            "prstoken",
        ],
    },
    Known {
        name: "pg_ts_template",
        class: Some(3764),
        columns: &[
            "oid", "tmplinit", "tmpllexize", "tmplname", "tmplnamespace",
        ],
    },
    Known {
        name: "pg_type",
        class: Some(1247),
        columns: &[
            "oid", "typacl", "typalign", "typanalyze", "typarray", "typbasetype", "typbyval",
            "typcategory", "typcollation", "typdefault", "typdefaultbin", "typdelim", "typelem",
            "typinput", "typisdefined", "typispreferred", "typlen", "typmodin", "typmodout",
            "typname", "typnamespace", "typndims", "typnotnull", "typoutput", "typowner",
            "typreceive", "typrelid", "typsend", "typstorage", "typsubscript", "typtype",
            "typtypmod",
        ],
    },
    Known {
        name: "pg_user_mapping",
        class: Some(1418),
        columns: &[
            "oid", "umoptions", "umserver", "umuser",
        ],
    },
];
