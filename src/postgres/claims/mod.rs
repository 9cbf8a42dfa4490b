//! The claim check: nothing of a database is left out in silence. Every object that a user made
//! must be held by an entry; every column and every discriminator's value must be known. So a
//! dump of a newer server than this program knows is whole, or says what it lacks.

mod halves;
pub mod known;
pub mod references;
pub mod values;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Kind, Result};
use crate::postgres::address::{Address, FIRST_USER_OID};
use crate::postgres::claims::known::CATALOGS;
use crate::postgres::claims::values::{DISCRIMINATORS, Discriminator};
use crate::postgres::link::Holders;
use crate::postgres::readers::{Answer, Readers};
use crate::source::Warning;
use crate::sql::rows::Rows;

/// The most findings that are named one by one.
const NAMED: usize = 20;

/// Catalogs and their columns on this server.
type Columns = BTreeMap<String, BTreeSet<String>>;

/// The check, when it is known what the server has.
pub(super) struct Claims {
    columns: Columns,
}

/// The check, asked for.
pub(super) struct ClaimsAsked {
    columns: Columns,
    values: Answer,
    objects: Answer,
}

impl Claims {
    /// Looks which catalogs there are.
    pub(super) async fn new(readers: &Readers) -> Result<Self> {
        let columns = columns(readers).await?;
        Ok(Self { columns })
    }

    /// Asks for what the catalogs name and don't have.
    pub(super) fn ask_gone(&self, readers: &Readers) -> [Answer; 2] {
        let queries = [references::query(&self.columns), halves::query()];
        queries.map(|query| readers.ask(DOING, query))
    }

    /// Asks for what there is.
    pub(super) fn ask(self, readers: &Readers) -> ClaimsAsked {
        let Self { columns } = self;
        let there = DISCRIMINATORS
            .iter()
            .filter(|d| columns.get(d.catalog).is_some_and(|c| c.contains(d.column)));
        let values = values_query(&there.collect::<Vec<_>>());
        ClaimsAsked {
            values: readers.ask(DOING, values),
            objects: readers.ask(DOING, objects_query(&columns)),
            columns,
        }
    }
}

const DOING: &str = "cannot check that every object is carried";

impl ClaimsAsked {
    /// Demands that everything is claimed. With `lenient`, what is not becomes warnings.
    pub(super) async fn check(
        self,
        readers: &Readers,
        holders: &Holders,
        lenient: bool,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        let mut found = Vec::new();
        unknown_columns(readers, &self.columns, &mut found).await?;
        unknown_values(&self.values.rows().await?, &mut found)?;
        unclaimed_objects(readers, &self.objects.rows().await?, holders, &mut found).await?;
        judge(found, lenient, warnings)
    }
}

/// Demands that nothing is gone. Before all else is looked at, which may fail for it in words that say less.
pub(super) async fn check_gone(
    [named, halves]: [Answer; 2],
    lenient: bool,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let mut found = Vec::new();
    references::findings(&named.rows().await?, &mut found)?;
    halves::findings(&halves.rows().await?, &mut found)?;
    judge(found, lenient, warnings)
}

fn judge(found: Vec<Warning>, lenient: bool, warnings: &mut Vec<Warning>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    if lenient {
        warnings.extend(found);
        return Ok(());
    }
    Err(refusal(&found))
}

fn refusal(found: &[Warning]) -> Error {
    let mut names: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|w| format!("{} ({})", w.object, w.message))
        .collect();
    if found.len() > NAMED {
        names.push(format!("and {} more", found.len() - NAMED));
    }
    Error::new(
        Kind::Unsupported,
        format!("cannot carry {}", names.join(", ")),
    )
    .hint("Use --lenient to leave them out with a warning each.")
}

/// The catalogs that can be read, with their columns.
async fn columns(readers: &Readers) -> Result<Columns> {
    // OFFSET 0: privileges are looked at once a catalog, not for each column or each table of users.
    let sql = "SELECT c.relname AS catalog, a.attname AS name FROM (SELECT o.oid, o.relname \
         FROM (SELECT oid, relname FROM pg_catalog.pg_class \
         WHERE relnamespace = 11 AND relkind = 'r' OFFSET 0) o \
         WHERE pg_catalog.has_table_privilege(o.oid, 'SELECT') OFFSET 0) c \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
         WHERE NOT a.attisdropped AND (a.attnum > 0 OR a.attname = 'oid')";
    let mut columns = Columns::new();
    for row in readers.query(DOING, sql.to_owned()).await?.iter() {
        let catalog = row.str("catalog")?.to_owned();
        columns
            .entry(catalog)
            .or_default()
            .insert(row.str("name")?.to_owned());
    }
    Ok(columns)
}

/// Catalogs and columns that no version had when this was written: fine while they say nothing.
async fn unknown_columns(
    readers: &Readers,
    columns: &Columns,
    found: &mut Vec<Warning>,
) -> Result<()> {
    for (catalog, names) in columns {
        let known = CATALOGS.iter().find(|known| known.name == catalog);
        let Some(known) = known else {
            if any(readers, catalog, own_rows(names)).await? {
                found.push(unknown(catalog, "a catalog that is not known"));
            }
            continue;
        };
        for name in names
            .iter()
            .filter(|n| *n != "oid" && !known.columns.contains(&n.as_str()))
        {
            // Constants of the server itself, so plain in text.
            let says = format!(
                "{} AND \"{name}\"::pg_catalog.text NOT IN ('', '0', 'f', '-', '{{}}')",
                own_rows(names)
            );
            if any(readers, catalog, &says).await? {
                let object = format!("{catalog}.{name}");
                found.push(unknown(&object, "a column that is not known"));
            }
        }
    }
    Ok(())
}

fn own_rows(names: &BTreeSet<String>) -> &'static str {
    if names.contains("oid") {
        "oid >= 16384"
    } else {
        "true"
    }
}

async fn any(readers: &Readers, catalog: &str, rows: &str) -> Result<bool> {
    let sql = format!("SELECT FROM pg_catalog.\"{catalog}\" WHERE {rows} LIMIT 1");
    Ok(!readers.query(DOING, sql).await?.is_empty())
}

fn unknown(object: &str, message: &str) -> Warning {
    Warning {
        object: object.to_owned(),
        message: message.to_owned(),
    }
}

/// Values of discriminators that no kind knows.
fn unknown_values(rows: &Rows, found: &mut Vec<Warning>) -> Result<()> {
    for row in rows.iter() {
        let object = format!("{} = '{}'", row.str("at")?, row.bytes("value")?);
        let message = format!("a value that is not known, in {} rows", row.str("rows")?);
        found.push(Warning { object, message });
    }
    Ok(())
}

/// Catalogs of many rows. Their discriminators are of the type `"char"` and compared as such.
const LARGE: &[&str] = &[
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_depend",
    "pg_type",
];

fn any_unknown(columns: &[&Discriminator]) -> String {
    let unknown = columns.iter().map(|d| {
        let known = letters(d.values);
        format!("{} <> ALL ('{{{known}}}'::\"char\"[])", d.column)
    });
    unknown.collect::<Vec<_>>().join(" OR ")
}

/// Each catalog is read once, into its few combinations of values; those are looked at column by column.
fn values_query(discriminators: &[&Discriminator]) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&Discriminator>> = BTreeMap::new();
    for d in discriminators {
        groups.entry((d.catalog, d.rows)).or_default().push(d);
    }
    let (mut combinations, mut selects) = (Vec::new(), Vec::new());
    for (number, ((catalog, rows), columns)) in groups.iter().enumerate() {
        let names = columns.iter().map(|d| d.column).collect::<Vec<_>>();
        let names = names.join(", ");
        let found = match LARGE.contains(catalog) {
            true => format!(" AND ({})", any_unknown(columns)),
            false => String::new(),
        };
        combinations.push(format!(
            "v{number} AS (SELECT {names}, pg_catalog.count(*) AS rows \
             FROM pg_catalog.{catalog} WHERE {rows}{found} GROUP BY {names})"
        ));
        selects.extend(columns.iter().map(|d| {
            format!(
                "SELECT '{catalog}.{column}' AS at, {column}::pg_catalog.text AS value, \
                 pg_catalog.sum(rows) AS rows FROM v{number} \
                 WHERE pg_catalog.left({column}::pg_catalog.text, 1) <> ALL ('{{{known}}}') \
                 GROUP BY 2",
                column = d.column,
                known = letters(d.values),
            )
        }));
    }
    format!(
        "WITH {} {}",
        combinations.join(", "),
        selects.join(" UNION ALL ")
    )
}

/// The letters as an array literal. A space is "none", which the catalogs write as a space, as the
/// empty string or as a zero byte, which is empty in text.
fn letters(values: &str) -> String {
    let letter = |c| {
        if c == ' ' {
            "\"\",\" \"".to_owned()
        } else {
            format!("\"{c}\"")
        }
    };
    values.chars().map(letter).collect::<Vec<_>>().join(",")
}

/// Objects that users made.
fn objects_query(columns: &Columns) -> String {
    let catalogs = CATALOGS
        .iter()
        .filter(|known| columns.contains_key(known.name))
        .filter_map(|known| Some((known.name, known.class?)));
    let selects: Vec<String> = catalogs
        .map(|(name, class)| {
            format!(
                "SELECT {class} AS class, c.oid FROM pg_catalog.{name} c \
                 WHERE c.oid >= {FIRST_USER_OID}{}",
                not_ours(name)
            )
        })
        .collect();
    selects.join(" UNION ALL ")
}

/// Those that no entry holds.
async fn unclaimed_objects(
    readers: &Readers,
    rows: &Rows,
    holders: &Holders,
    found: &mut Vec<Warning>,
) -> Result<()> {
    let mut open = Vec::new();
    for row in rows.iter() {
        let address = Address::new(row.num("class")?, row.num("oid")?);
        if holders.find(address).is_none() {
            open.push(address);
        }
    }
    describe(readers, &open, found).await
}

/// What is nobody's to save: temporary objects of other sessions, what the server keeps for itself
/// behind tables, and objects in the system's own schemas.
fn not_ours(catalog: &str) -> String {
    let schema = match catalog {
        "pg_class" => "relnamespace",
        "pg_type" => "typnamespace",
        "pg_proc" => "pronamespace",
        "pg_constraint" => "connamespace",
        "pg_collation" => "collnamespace",
        // A shell has no function: whoever names it as commutator or negator makes it.
        "pg_operator" => {
            return format!(" AND c.oprcode <> 0 AND c.oprnamespace NOT IN ({HIDDEN})");
        }
        "pg_opclass" => "opcnamespace",
        "pg_opfamily" => "opfnamespace",
        "pg_conversion" => "connamespace",
        "pg_ts_config" => "cfgnamespace",
        "pg_ts_dict" => "dictnamespace",
        "pg_ts_parser" => "prsnamespace",
        "pg_ts_template" => "tmplnamespace",
        "pg_namespace" => return format!(" AND c.oid NOT IN ({HIDDEN})"),
        "pg_amop" => return of_a_family("amopfamily"),
        "pg_amproc" => return of_a_family("amprocfamily"),
        "pg_attrdef" => return through("adrelid"),
        "pg_policy" => return through("polrelid"),
        "pg_rewrite" => return through("ev_class"),
        "pg_statistic_ext" => return through("stxrelid"),
        "pg_trigger" => return through("tgrelid"),
        // A range's type brings the cast to its multirange.
        "pg_cast" => return of_types("c.castsource, c.casttarget"),
        "pg_transform" => return of_types("c.trftype"),
        _ => return String::new(),
    };
    format!(" AND c.{schema} NOT IN ({HIDDEN})")
}

/// Schemas of temporary tables, of what lies behind tables, and of a restore's record.
const HIDDEN: &str = "SELECT h.oid FROM pg_catalog.pg_namespace h \
     WHERE h.nspname ~ '^pg_(temp|toast)' OR (h.nspname = 'dumpkeep_restore' AND \
     pg_catalog.obj_description(h.oid, 'pg_namespace') \
     LIKE 'the record of a dumpkeep restore%')";

/// What is in an extension's operator family came with the extension, and what is in a temporary one
/// goes with it.
fn of_a_family(family: &str) -> String {
    format!(
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 2753 \
         AND e.objid = c.{family} AND e.deptype = 'e') \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_opfamily f WHERE f.oid = c.{family} \
         AND f.opfnamespace IN ({HIDDEN}))"
    )
}

fn of_types(types: &str) -> String {
    format!(
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.oid IN ({types}) \
         AND t.typnamespace IN ({HIDDEN}))"
    )
}

fn through(relation: &str) -> String {
    format!(
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.oid = c.{relation} \
         AND r.relnamespace IN ({HIDDEN}))"
    )
}

async fn describe(readers: &Readers, open: &[Address], found: &mut Vec<Warning>) -> Result<()> {
    for chunk in open.chunks(500) {
        let values: Vec<String> = chunk
            .iter()
            .map(|a| {
                format!(
                    "({}::pg_catalog.oid, {}::pg_catalog.oid)",
                    a.class, a.object
                )
            })
            .collect();
        let sql = format!(
            "SELECT pg_catalog.pg_describe_object(v.class, v.oid, 0) AS what \
             FROM (VALUES {}) v(class, oid)",
            values.join(", ")
        );
        for row in readers.query(DOING, sql).await?.iter() {
            let object = row
                .bytes("what")
                .map_or_else(|_| "?".to_owned(), ToString::to_string);
            found.push(Warning {
                object,
                message: "no kind carries it".to_owned(),
            });
        }
    }
    Ok(())
}
