//! Rows of the catalogs that are named by other rows and are gone: a damaged catalog. Whatever joins
//! the two would be left out in silence, so it is an error. Source: `pg_get_catalog_foreign_keys()`.
//!
//! Not looked at: what no definition says (row types, arrays, toast tables, statistics, dependencies);
//! what the server's own functions fail without (an index's classes, a key's operators); an operator's
//! commutator and negator (the reference takes a gone one for none); shared catalogs.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::postgres::address::FIRST_USER_OID;
use crate::source::Warning;
use crate::sql::rows::Rows;

/// A catalog whose rows name others.
#[derive(Debug, Clone, Copy)]
pub struct Naming {
    /// The catalog.
    pub catalog: &'static str,
    /// What a row is called, over the catalog as `c`.
    pub called: &'static str,
    /// Users made the rows whose value here is no initial object's.
    pub own: &'static str,
    /// The columns that name rows, with the catalogs of those.
    pub columns: &'static [Column],
}

/// A column that names a row, or several.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The column.
    pub name: &'static str,
    /// Where the named rows are.
    pub target: &'static str,
    /// How it names them.
    pub holds: Holds,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A row that users made, mostly.
    Often,
    /// Mostly a row of the system's, or none.
    Seldom,
    /// An array.
    Several,
}

const fn often(name: &'static str, target: &'static str) -> Column {
    let holds = Holds::Often;
    Column {
        name,
        target,
        holds,
    }
}

const fn one(name: &'static str, target: &'static str) -> Column {
    let holds = Holds::Seldom;
    Column {
        name,
        target,
        holds,
    }
}

const fn each(name: &'static str, target: &'static str) -> Column {
    let holds = Holds::Several;
    Column {
        name,
        target,
        holds,
    }
}

macro_rules! relation {
    ($oid:literal) => {
        concat!(
            "COALESCE((SELECT r.relname::pg_catalog.text FROM pg_catalog.pg_class r WHERE r.oid = ",
            $oid,
            "), ",
            $oid,
            "::pg_catalog.text)"
        )
    };
}

/// All of them, of every version.
#[rustfmt::skip]
pub const NAMINGS: &[Naming] = &[
    Naming {
        catalog: "pg_aggregate", called: "c.aggfnoid", own: "aggfnoid",
        columns: &[
            one("aggcombinefn", "pg_proc"), one("aggdeserialfn", "pg_proc"),
            one("aggfinalfn", "pg_proc"), one("aggfnoid", "pg_proc"), one("aggmfinalfn", "pg_proc"),
            one("aggminvtransfn", "pg_proc"), one("aggmtransfn", "pg_proc"),
            one("aggmtranstype", "pg_type"), one("aggserialfn", "pg_proc"),
            one("aggsortop", "pg_operator"), one("aggtransfn", "pg_proc"),
            one("aggtranstype", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_am", called: "c.amname", own: "oid",
        columns: &[
            one("amhandler", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_amop", called: "c.oid", own: "oid",
        columns: &[
            one("amopfamily", "pg_opfamily"), one("amoplefttype", "pg_type"),
            one("amopmethod", "pg_am"), one("amopopr", "pg_operator"),
            one("amoprighttype", "pg_type"), one("amopsortfamily", "pg_opfamily"),
        ],
    },
    Naming {
        catalog: "pg_amproc", called: "c.oid", own: "oid",
        columns: &[
            one("amproc", "pg_proc"), one("amprocfamily", "pg_opfamily"),
            one("amproclefttype", "pg_type"), one("amprocrighttype", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_attrdef", called: relation!("c.adrelid"), own: "oid",
        columns: &[
            often("adrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_attribute", called: "c.attname || ' of relation ' || c.attrelid", own: "attrelid",
        columns: &[
            one("attcollation", "pg_collation"), often("attrelid", "pg_class"),
            one("atttypid", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_cast", called: "c.oid", own: "oid",
        columns: &[
            one("castfunc", "pg_proc"), one("castsource", "pg_type"), one("casttarget", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_class", called: "c.relname", own: "oid",
        columns: &[
            one("relam", "pg_am"), often("relnamespace", "pg_namespace"), one("reloftype", "pg_type"),
            often("relowner", "pg_authid"), one("reltablespace", "pg_tablespace"),
        ],
    },
    Naming {
        catalog: "pg_collation", called: "c.collname", own: "oid",
        columns: &[
            one("collnamespace", "pg_namespace"), one("collowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_constraint", called: "c.conname", own: "oid",
        columns: &[
            often("confrelid", "pg_class"), often("conindid", "pg_class"),
            one("conparentid", "pg_constraint"),
            often("conrelid", "pg_class"), one("contypid", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_conversion", called: "c.conname", own: "oid",
        columns: &[
            one("connamespace", "pg_namespace"),
            one("conowner", "pg_authid"),
            one("conproc", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_default_acl", called: "c.oid", own: "oid",
        columns: &[
            one("defaclnamespace", "pg_namespace"), one("defaclrole", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_enum", called: "c.enumlabel", own: "oid",
        columns: &[
            one("enumtypid", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_event_trigger", called: "c.evtname", own: "oid",
        columns: &[
            one("evtfoid", "pg_proc"), one("evtowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_extension", called: "c.extname", own: "oid",
        columns: &[
            each("extconfig", "pg_class"), one("extnamespace", "pg_namespace"),
            one("extowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_foreign_data_wrapper", called: "c.fdwname", own: "oid",
        columns: &[
            one("fdwhandler", "pg_proc"), one("fdwowner", "pg_authid"),
            one("fdwvalidator", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_foreign_server", called: "c.srvname", own: "oid",
        columns: &[
            one("srvfdw", "pg_foreign_data_wrapper"), one("srvowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_foreign_table", called: relation!("c.ftrelid"), own: "ftrelid",
        columns: &[
            one("ftrelid", "pg_class"), one("ftserver", "pg_foreign_server"),
        ],
    },
    Naming {
        catalog: "pg_index", called: relation!("c.indexrelid"), own: "indexrelid",
        columns: &[
            often("indexrelid", "pg_class"), often("indrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_inherits", called: relation!("c.inhrelid"), own: "inhrelid",
        columns: &[
            often("inhparent", "pg_class"), often("inhrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_language", called: "c.lanname", own: "oid",
        columns: &[
            one("laninline", "pg_proc"), one("lanowner", "pg_authid"),
            one("lanplcallfoid", "pg_proc"), one("lanvalidator", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_largeobject_metadata", called: "c.oid", own: "oid",
        columns: &[
            often("lomowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_namespace", called: "c.nspname", own: "oid",
        columns: &[
            one("nspowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_opclass", called: "c.opcname", own: "oid",
        columns: &[
            one("opcfamily", "pg_opfamily"), one("opcintype", "pg_type"),
            one("opckeytype", "pg_type"), one("opcmethod", "pg_am"),
            one("opcnamespace", "pg_namespace"), one("opcowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_operator", called: "c.oprname", own: "oid",
        columns: &[
            one("oprcode", "pg_proc"), one("oprjoin", "pg_proc"), one("oprleft", "pg_type"),
            one("oprnamespace", "pg_namespace"), one("oprowner", "pg_authid"),
            one("oprrest", "pg_proc"), one("oprresult", "pg_type"), one("oprright", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_opfamily", called: "c.opfname", own: "oid",
        columns: &[
            one("opfmethod", "pg_am"), one("opfnamespace", "pg_namespace"),
            one("opfowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_partitioned_table", called: relation!("c.partrelid"), own: "partrelid",
        columns: &[
            one("partdefid", "pg_class"), one("partrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_policy", called: "c.polname", own: "oid",
        columns: &[
            one("polrelid", "pg_class"), each("polroles", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_proc", called: "c.proname", own: "oid",
        columns: &[
            each("proallargtypes", "pg_type"), each("proargtypes", "pg_type"),
            one("prolang", "pg_language"), often("pronamespace", "pg_namespace"),
            often("proowner", "pg_authid"), one("prorettype", "pg_type"),
            one("prosupport", "pg_proc"), each("protrftypes", "pg_type"),
            one("provariadic", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_publication", called: "c.pubname", own: "oid",
        columns: &[
            one("pubowner", "pg_authid"),
        ],
    },
    Naming {
        catalog: "pg_publication_namespace", called: "c.oid", own: "oid",
        columns: &[
            one("pnnspid", "pg_namespace"), one("pnpubid", "pg_publication"),
        ],
    },
    Naming {
        catalog: "pg_publication_rel", called: "c.oid", own: "oid",
        columns: &[
            one("prpubid", "pg_publication"), one("prrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_range", called: "c.rngtypid", own: "rngtypid",
        columns: &[
            one("rngcanonical", "pg_proc"), one("rngcollation", "pg_collation"),
            one("rngmultitypid", "pg_type"), one("rngsubdiff", "pg_proc"),
            one("rngsubopc", "pg_opclass"), one("rngsubtype", "pg_type"),
            one("rngtypid", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_rewrite", called: "c.rulename", own: "oid",
        columns: &[
            often("ev_class", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_sequence", called: relation!("c.seqrelid"), own: "seqrelid",
        columns: &[
            often("seqrelid", "pg_class"), one("seqtypid", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_statistic_ext", called: "c.stxname", own: "oid",
        columns: &[
            one("stxnamespace", "pg_namespace"), one("stxowner", "pg_authid"),
            one("stxrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_transform", called: "c.oid", own: "oid",
        columns: &[
            one("trffromsql", "pg_proc"), one("trflang", "pg_language"), one("trftosql", "pg_proc"),
            one("trftype", "pg_type"),
        ],
    },
    Naming {
        catalog: "pg_trigger", called: "c.tgname", own: "oid",
        columns: &[
            one("tgconstraint", "pg_constraint"), one("tgconstrindid", "pg_class"),
            one("tgconstrrelid", "pg_class"), one("tgfoid", "pg_proc"),
            one("tgparentid", "pg_trigger"), often("tgrelid", "pg_class"),
        ],
    },
    Naming {
        catalog: "pg_ts_config", called: "c.cfgname", own: "oid",
        columns: &[
            one("cfgnamespace", "pg_namespace"), one("cfgowner", "pg_authid"),
            one("cfgparser", "pg_ts_parser"),
        ],
    },
    Naming {
        catalog: "pg_ts_config_map", called: "c.mapcfg", own: "mapcfg",
        columns: &[
            one("mapcfg", "pg_ts_config"), one("mapdict", "pg_ts_dict"),
        ],
    },
    Naming {
        catalog: "pg_ts_dict", called: "c.dictname", own: "oid",
        columns: &[
            one("dictnamespace", "pg_namespace"), one("dictowner", "pg_authid"),
            one("dicttemplate", "pg_ts_template"),
        ],
    },
    Naming {
        catalog: "pg_ts_parser", called: "c.prsname", own: "oid",
        columns: &[
            one("prsend", "pg_proc"), one("prsheadline", "pg_proc"), one("prslextype", "pg_proc"),
            one("prsnamespace", "pg_namespace"), one("prsstart", "pg_proc"),
            one("prstoken", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_ts_template", called: "c.tmplname", own: "oid",
        columns: &[
            one("tmplinit", "pg_proc"), one("tmpllexize", "pg_proc"),
            one("tmplnamespace", "pg_namespace"),
        ],
    },
    Naming {
        catalog: "pg_type", called: "c.typname", own: "oid",
        columns: &[
            one("typanalyze", "pg_proc"), one("typbasetype", "pg_type"),
            one("typcollation", "pg_collation"), often("typelem", "pg_type"),
            one("typinput", "pg_proc"), one("typmodin", "pg_proc"), one("typmodout", "pg_proc"),
            often("typnamespace", "pg_namespace"), one("typoutput", "pg_proc"),
            often("typowner", "pg_authid"), one("typreceive", "pg_proc"), often("typrelid", "pg_class"),
            one("typsend", "pg_proc"), one("typsubscript", "pg_proc"),
        ],
    },
    Naming {
        catalog: "pg_user_mapping", called: "c.oid", own: "oid",
        columns: &[
            one("umserver", "pg_foreign_server"), one("umuser", "pg_authid"),
        ],
    },
];

/// Asks for the names of what is gone. Columns of many such names are joined with their catalog together,
/// by numbers alone, and each by itself only where one is gone; of all the others few rows are left to be
/// looked for, and one hash has all that is there.
pub(super) fn query(columns: &BTreeMap<String, BTreeSet<String>>) -> String {
    let has = |catalog: &str, column: &str| {
        columns
            .get(catalog)
            .is_some_and(|there| there.contains(column))
    };
    let (mut alone, mut together, mut targets) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut numbers: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for naming in NAMINGS
        .iter()
        .filter(|naming| has(naming.catalog, naming.own))
    {
        let there = naming
            .columns
            .iter()
            .filter(|column| has(naming.catalog, column.name));
        let (often, seldom): (Vec<&Column>, Vec<&Column>) =
            there.partition(|column| column.holds == Holds::Often);
        for column in often {
            let of_target = numbers.entry(column.target).or_default();
            of_target.push(naming.numbers(column));
            alone.push(naming.alone(column));
        }
        targets.extend(seldom.iter().map(|column| column.target));
        if !seldom.is_empty() {
            together.push(naming.together(&seldom));
        }
    }
    let there: Vec<String> = targets
        .iter()
        .map(|target| {
            format!(
                "SELECT '{target}' AS target, t.oid FROM pg_catalog.{} t \
                 WHERE t.oid >= {FIRST_USER_OID}",
                readable(target)
            )
        })
        .collect();
    let lost: Vec<String> = numbers
        .iter()
        .map(|(target, numbers)| {
            format!(
                "lost_{target} AS (SELECT n.gone FROM ({}) n(gone) WHERE NOT EXISTS \
                 (SELECT FROM pg_catalog.{} t WHERE t.oid = n.gone))",
                numbers.join(" UNION ALL "),
                readable(target)
            )
        })
        .collect();
    format!(
        "WITH {} SELECT g.* FROM ({} UNION ALL \
         SELECT n.catalog, n.called, n.col, n.target, n.gone FROM ({}) n \
         WHERE NOT EXISTS (SELECT FROM ({}) t WHERE t.target = n.target AND t.oid = n.gone)) g \
         ORDER BY g.catalog = 'pg_attribute', g.catalog, g.called",
        lost.join(", "),
        alone.join(" UNION ALL "),
        together.join(" UNION ALL "),
        there.join(" UNION ALL ")
    )
}

impl Naming {
    fn rows(&self) -> String {
        let rows = format!("c.{} >= {FIRST_USER_OID}", self.own);
        match self.catalog {
            "pg_attribute" => rows + " AND c.attnum > 0",
            _ => rows,
        }
    }

    /// What the column names, as numbers.
    fn numbers(&self, column: &Column) -> String {
        format!(
            "SELECT c.{name}::pg_catalog.oid FROM pg_catalog.{catalog} c WHERE {rows} \
             AND c.{name} >= {FIRST_USER_OID}",
            name = column.name,
            catalog = self.catalog,
            rows = self.rows_of(column),
        )
    }

    /// The rows that are looked at for a column: a relation that is gone is told by its first column.
    fn rows_of(&self, column: &Column) -> String {
        match column.name {
            "attrelid" => self.rows() + " AND c.attnum = 1",
            _ => self.rows(),
        }
    }

    fn alone(&self, column: &Column) -> String {
        let Self {
            catalog, called, ..
        } = self;
        let Column { name, target, .. } = column;
        format!(
            "SELECT '{catalog}' AS catalog, ({called})::pg_catalog.text AS called, '{name}' AS col, \
             '{target}' AS target, c.{name}::pg_catalog.oid AS gone FROM pg_catalog.{catalog} c \
             WHERE (SELECT EXISTS (SELECT FROM lost_{target})) \
             AND {rows} AND c.{name} >= {FIRST_USER_OID} \
             AND NOT EXISTS (SELECT FROM pg_catalog.{there} t WHERE t.oid = c.{name})",
            rows = self.rows_of(column),
            there = readable(target),
        )
    }

    fn together(&self, columns: &[&Column]) -> String {
        let Self {
            catalog, called, ..
        } = self;
        let values: Vec<String> = columns.iter().map(|column| column.values()).collect();
        let any: Vec<String> = columns.iter().map(|column| column.any()).collect();
        format!(
            "SELECT '{catalog}' AS catalog, ({called})::pg_catalog.text AS called, \
             v.col, v.target, v.gone FROM pg_catalog.{catalog} c \
             CROSS JOIN LATERAL ({values}) v(col, target, gone) \
             WHERE {rows} AND ({any}) AND v.gone >= {FIRST_USER_OID}",
            values = values.join(" UNION ALL "),
            any = any.join(" OR "),
            rows = self.rows(),
        )
    }
}

/// Passwords keep users out of pg_authid.
fn readable<'a>(target: &&'a str) -> &'a str {
    match *target {
        "pg_authid" => "pg_roles",
        other => other,
    }
}

impl Column {
    fn values(&self) -> String {
        let Self { name, target, .. } = self;
        if self.holds == Holds::Several {
            return format!(
                "SELECT '{name}', '{target}', o FROM pg_catalog.unnest(c.{name}::pg_catalog.oid[]) o"
            );
        }
        format!("SELECT '{name}', '{target}', c.{name}::pg_catalog.oid")
    }

    /// Whether it can name a row that users made.
    fn any(&self) -> String {
        match self.holds {
            Holds::Several => format!("c.{} IS NOT NULL", self.name),
            _ => format!("c.{}::pg_catalog.oid >= {FIRST_USER_OID}", self.name),
        }
    }
}

/// Reads the rows of [`query`].
pub(super) fn findings(rows: &Rows, found: &mut Vec<Warning>) -> Result<()> {
    for row in rows.iter() {
        let (catalog, called) = (row.str("catalog")?, row.bytes("called")?);
        let (column, gone) = (row.str("col")?, row.str("gone")?);
        let target = row.str("target")?;
        found.push(Warning {
            object: format!("{called} of {catalog}"),
            message: format!(
                "the catalog is damaged: its {column} {gone} is not in {target} any more"
            ),
        });
    }
    Ok(())
}
