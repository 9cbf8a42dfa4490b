//! The database's tables and columns, read once: several kinds are made from them.

use std::collections::HashSet;

use bstr::{BStr, BString, ByteSlice};

use crate::error::{Context as _, Error, Kind, Result};
use crate::mysql::claims::{self, Claims};
use crate::mysql::discarded;
use crate::mysql::own_collation;
use crate::mysql::part_options::{self, PartOptions};
use crate::mysql::quote;
use crate::mysql::relations::Relations;
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::mysql::version::Caps;
use crate::plan::finder::Finder;
use crate::plan::packed::packed_fields;
use crate::plan::pile::Pile;
use crate::plan::shelf::Reading;
use crate::sql::rows::Row;

/// One row of `information_schema.columns`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name.
    pub name: BString,
    /// The type without its length: `varchar`.
    pub data_type: BString,
    /// The type as declared: `varchar(10)`.
    pub column_type: BString,
    /// The character set, of a column that has one.
    pub charset: Option<BString>,
    /// How many characters it holds, of a column that has a character set.
    pub length: Option<u64>,
    /// The default, as the catalog prints it.
    pub default: Option<BString>,
    /// Attributes: `auto_increment`, `VIRTUAL GENERATED`, `INVISIBLE`.
    pub extra: BString,
    /// The generation expression, `ROW START` and `ROW END` of a versioned table.
    pub generation: BString,
}

impl Column {
    /// Its values are computed, or kept by the server.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        let extra = self.extra.to_ascii_lowercase();
        // DEFAULT_GENERATED is an expression for a default: such a column holds data.
        extra.contains_str("virtual")
            || extra.contains_str("persistent")
            || extra.contains_str("stored generated")
    }

    /// Its default is an expression (MySQL; MariaDB quotes constants instead).
    #[must_use]
    pub fn has_default_expression(&self) -> bool {
        self.extra.contains_str("DEFAULT_GENERATED")
    }

    /// It is a period's start or end that the server keeps.
    #[must_use]
    pub fn is_row_time(&self) -> bool {
        matches!(self.generation.as_bytes(), b"ROW START" | b"ROW END")
    }
}

packed_fields!(Column {
    name,
    data_type,
    column_type,
    charset,
    length,
    default,
    extra,
    generation
});

/// One row of `information_schema.tables` with its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// Its name.
    pub name: BString,
    /// `BASE TABLE`, `VIEW`, `SEQUENCE`, `SYSTEM VERSIONED`.
    pub table_type: BString,
    /// The storage engine; none for a view or where the server can't open the table.
    pub engine: Option<BString>,
    /// The server's message where it can't open the table; else the table's comment.
    pub comment: BString,
    /// It has partitions.
    pub partitioned: bool,
    /// Rows, by the server's estimate.
    pub rows: u64,
    /// Bytes, by the server's estimate.
    pub bytes: u64,
    /// Its tablespace was discarded.
    pub discarded: bool,
    /// In their order.
    pub columns: Vec<Column>,
    /// The collation of the only connections that can open the view.
    pub own_collation: Option<BString>,
    /// What its partitions have that `CREATE TABLE` does not print.
    pub part_options: PartOptions,
}

packed_fields!(Relation {
    name,
    table_type,
    engine,
    comment,
    partitioned,
    rows,
    bytes,
    discarded,
    columns,
    own_collation,
    part_options
});

impl Relation {
    /// It is a table with rows or without: not a view, not a sequence.
    #[must_use]
    pub fn is_table(&self) -> bool {
        matches!(
            self.table_type.as_bytes(),
            b"BASE TABLE" | b"SYSTEM VERSIONED"
        )
    }

    /// It keeps its history.
    #[must_use]
    pub fn is_versioned(&self) -> bool {
        self.table_type == "SYSTEM VERSIONED"
    }

    /// Its engine is this one.
    #[must_use]
    pub fn has_engine(&self, names: &[&str]) -> bool {
        self.engine.as_ref().is_some_and(|engine| {
            names
                .iter()
                .any(|name| engine.eq_ignore_ascii_case(name.as_bytes()))
        })
    }
}

/// Reads all tables, views and sequences, with their columns; checks that each is known. `rows`: theirs are
/// asked for.
pub async fn load(
    session: &mut Session,
    (caps, database): (Caps, &[u8]),
    rows: bool,
    claims: &mut Claims,
) -> Result<Relations> {
    let listed = listed(session, caps, database).await?;
    let columns = AllColumns::read(session, (caps, database)).await?;
    let discarded = rows && discarded::may_be(session, caps).await?;
    let mut relations = Relations::default();
    let mut reading = Reading::default();
    let mut failed = None;
    for relation in listed.iter() {
        let mut relation = relation?;
        match &columns {
            Some(columns) => relation.columns = columns.of(&relation.name, &mut reading)?,
            None => columns_alone(session, (caps, database), &mut relation).await?,
        }
        own_collation::open(session, database, &mut relation).await?;
        match check(&relation, claims) {
            Ok(true) if failed.is_none() => {
                if discarded {
                    discarded::mark(session, caps, &mut relation).await;
                }
                part_options::mark(session, (caps, database), &mut relation).await?;
                relations.push(&relation)?;
            }
            // with leniency what is not known is left out
            Ok(_) => {}
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    relations.close()?;
    failed.map_or(Ok(relations), Err)
}

/// The relations without their columns.
async fn listed(session: &mut Session, caps: Caps, database: &[u8]) -> Result<Pile<Relation>> {
    let mut listed = Pile::default();
    let rows = session.query(tables_query(database).sql()).await?;
    for row in rows.iter() {
        let relation = relation(&row)?;
        if relation.name == "dumpkeep_restore" && relation.comment == RECORD {
            continue;
        }
        listed.push(&relation)?;
    }
    let count = rows.len();
    drop(rows);
    listed.close()?;
    if caps.data_dictionary() || shown(session, database).await? <= count {
        return Ok(listed);
    }
    let mut all = Pile::default();
    let mut names = HashSet::new();
    for relation in listed.iter() {
        let relation = relation?;
        all.push(&relation)?;
        names.insert(relation.name);
    }
    for relation in unlisted(session, database, &names).await? {
        all.push(&relation)?;
    }
    all.close()?;
    Ok(all)
}

/// So many relations `SHOW TABLES` has: on servers without a dictionary, one for each definition's file.
async fn shown(session: &mut Session, database: &[u8]) -> Result<usize> {
    let mut count = 0;
    let show = Text::new("SHOW TABLES FROM ").ident(database);
    let counted = session.each(show, |_| {
        count += 1;
        Ok(())
    });
    counted.await?;
    Ok(count)
}

/// The comment of the table in which a restore that was broken off has recorded what it did.
const RECORD: &str = "the record of a dumpkeep restore";

fn tables_query(database: &[u8]) -> Select {
    Select::from("information_schema.tables")
        .cols(&["table_name", "table_type", "engine", "table_comment"])
        .col(
            "partitioned",
            "COALESCE(create_options, '') LIKE '%partitioned%'",
        )
        .col("table_rows", "COALESCE(table_rows, 0)")
        .col("bytes", "COALESCE(data_length, 0)")
        .equals("table_schema", database)
        .order("table_name")
}

fn relation(row: &Row<'_>) -> Result<Relation> {
    Ok(Relation {
        name: row.owned("table_name")?,
        table_type: row.owned("table_type")?,
        engine: row.opt_owned("engine")?,
        comment: row.opt_owned("table_comment")?.unwrap_or_default(),
        partitioned: row.bool("partitioned")?,
        rows: row.num("table_rows")?,
        bytes: row.num("bytes")?,
        discarded: false,
        columns: Vec::new(),
        own_collation: None,
        part_options: PartOptions::default(),
    })
}

/// Tables that have their definition's file and that the server can't open: MySQL before 8 leaves them out of its
/// catalog where the engine does not know them, MariaDB where the file can't be read.
async fn unlisted(
    session: &mut Session,
    database: &[u8],
    listed: &HashSet<BString>,
) -> Result<Vec<Relation>> {
    let show = Text::new("SHOW TABLES FROM ").ident(database);
    let shown = session.query(show).await?;
    let Some(column) = shown.columns().first() else {
        return Ok(Vec::new());
    };
    let names = shown.iter().map(|row| row.owned(column));
    let names = names.collect::<Result<Vec<BString>>>()?;
    let unknown = |name: &BString| !listed.contains(name) && name != "dumpkeep_restore";
    let mut missing: Vec<BString> = names.into_iter().filter(unknown).collect();
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    // made in between
    let again = session.query(tables_query(database).sql()).await?;
    for row in again.iter() {
        let name: BString = row.owned("table_name")?;
        missing.retain(|missing| *missing != name);
    }
    let unknown = |name| Relation {
        name,
        table_type: "BASE TABLE".into(),
        comment: "its file is there, but can't be read, or its engine does not know it".into(),
        ..Relation::default()
    };
    Ok(missing.into_iter().map(unknown).collect())
}

/// The columns of a relation by a question of its own; where the server can't open it, its words.
async fn columns_alone(
    session: &mut Session,
    (caps, database): (Caps, &[u8]),
    relation: &mut Relation,
) -> Result<()> {
    let query = columns_query(caps).equals("table_schema", database);
    let query = query.equals("table_name", &relation.name);
    match columns(session, query, &relation.name).await {
        Ok(columns) => relation.columns = columns,
        // the list of tables may call such a view one, but gives it no engine
        Err(error) if error.server_code().is_some() && relation.engine.is_none() => {
            relation.comment = error.line().into();
        }
        Err(error) => {
            let reading = || {
                format!(
                    "reading the columns of {} {}",
                    relation.table_type, relation.name
                )
            };
            return Err(error).while_with(reading);
        }
    }
    Ok(())
}

/// The columns of one relation, whatever the character set of the connection: the names are written as
/// their bytes.
pub async fn columns_of(
    session: &mut Session,
    database: &[u8],
    relation: &BString,
) -> Result<Vec<Column>> {
    let is = |column: &str, name: &[u8]| {
        let bytes = quote::hex(name);
        format!(
            "{column} = CONVERT({bytes} USING utf8mb4) AND (@@lower_case_table_names <> 0 OR \
             CAST({column} AS BINARY) = {bytes})"
        )
    };
    let query = columns_query(session.caps())
        .filter(&is("table_schema", database))
        .filter(&is("table_name", relation));
    columns(session, query, relation).await
}

/// The columns of one relation that a query gives.
async fn columns(session: &mut Session, query: Select, relation: &BString) -> Result<Vec<Column>> {
    let rows = session.query(query.sql()).await?;
    let mut columns = Vec::new();
    for row in rows.iter() {
        if row.bytes("table_name")? == relation {
            columns.push(column(&row)?);
        }
    }
    Ok(columns)
}

/// The columns of all relations, packed as they come.
#[derive(Default)]
struct AllColumns {
    /// Names of relations with some of their columns. Rows come in the order of names as their collation has
    /// it, where names that differ may be equal: the columns of one may come in several runs.
    runs: Pile<(BString, Vec<Column>)>,
    finder: Finder,
}

impl AllColumns {
    /// None where one view that the server can't read ends the answer for all (MariaDB 11).
    async fn read(session: &mut Session, (caps, database): (Caps, &[u8])) -> Result<Option<Self>> {
        let query = columns_query(caps).equals("table_schema", database);
        let mut all = Self::default();
        let mut run: (BString, Vec<Column>) = Default::default();
        let read = session.each(query.sql(), |row| {
            if row.bytes("table_name")? != run.0 {
                all.push(&run)?;
                run = (row.owned("table_name")?, Vec::new());
            }
            run.1.push(column(&row)?);
            Ok(())
        });
        match read.await {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::Server && error.server_code().is_some() => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        all.push(&run)?;
        all.runs.close()?;
        all.finder.close();
        Ok(Some(all))
    }

    fn push(&mut self, run: &(BString, Vec<Column>)) -> Result<()> {
        if run.1.is_empty() {
            return Ok(());
        }
        self.finder.push(&run.0);
        self.runs.push(run)
    }

    fn of(&self, relation: &BString, reading: &mut Reading) -> Result<Vec<Column>> {
        let mut columns = Vec::new();
        for at in self.finder.find(relation) {
            let (name, run) = self.runs.get(at, reading)?;
            if name == *relation {
                columns.extend(run);
            }
        }
        Ok(columns)
    }
}

fn columns_query(caps: Caps) -> Select {
    Select::from("information_schema.columns")
        .cols(&["table_name", "column_name", "data_type", "column_type"])
        .cols(&["character_set_name", "character_maximum_length"])
        .cols(&["column_default", "extra"])
        .col_if(
            caps.generation_expression(),
            "generation",
            "COALESCE(generation_expression, '')",
            "''",
        )
        .order("table_name, ordinal_position")
}

fn column(row: &Row<'_>) -> Result<Column> {
    Ok(Column {
        name: row.owned("column_name")?,
        data_type: row.owned("data_type")?,
        column_type: row.owned("column_type")?,
        charset: row.opt_owned("character_set_name")?,
        length: row.opt_num("character_maximum_length")?,
        default: row.opt_owned("column_default")?,
        extra: row.owned("extra")?,
        generation: row.owned("generation")?,
    })
}

/// Checks its type, its engine and its columns; says whether it is known.
fn check(relation: &Relation, claims: &mut Claims) -> Result<bool> {
    let object = format!("table {}", relation.name);
    let known = claims::TABLE_TYPES;
    if !claims.value(&object, "type", relation.table_type.as_bstr(), known)? {
        return Ok(false);
    }
    if relation.is_table() && !check_engine(relation, &object, claims)? {
        return Ok(false);
    }
    for column in relation.columns.iter() {
        let object = format!("column {}.{}", relation.name, column.name);
        claims.value(
            &object,
            "type",
            column.data_type.as_bstr(),
            claims::DATA_TYPES,
        )?;
        claims.attributes(&object, column.extra.as_bstr())?;
    }
    Ok(true)
}

fn check_engine(relation: &Relation, object: &str, claims: &mut Claims) -> Result<bool> {
    let Some(engine) = &relation.engine else {
        if is_being_changed(relation) {
            let what = format!("{object} is being changed by another session");
            return Err(Error::new(Kind::Changed, what)
                .cause(relation.comment.to_string())
                .hint("Dump again when no migration runs on the database."));
        }
        let message = format!("the server can't open it: {}", relation.comment);
        claims.unclaimed(object, &message)?;
        return Ok(false);
    };
    let engine: &BStr = engine.as_bstr();
    let known = [claims::ROW_ENGINES, claims::ROWLESS_ENGINES].concat();
    claims.value(object, "engine", engine, &known)
}

/// The catalog waits for no DDL: it says so in place of the table (ER_WARN_I_S_SKIPPED_TABLE). That
/// passes, where a table that can't be opened stays so.
fn is_being_changed(relation: &Relation) -> bool {
    let said = &relation.comment;
    said.contains_str("definition is being modified by concurrent DDL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_is_being_changed_is_not_broken() {
        let relation = |comment: &str| Relation {
            table_type: "BASE TABLE".into(),
            comment: comment.into(),
            ..Relation::default()
        };
        let said = "Table `d`.`t` was skipped since its definition is being modified by concurrent DDL statement";
        assert!(is_being_changed(&relation(said)));
        assert!(!is_being_changed(&relation("Unknown storage engine 'X'")));
    }

    #[test]
    fn a_default_expression_is_data() {
        let column = |extra: &str| Column {
            extra: extra.into(),
            ..Column::default()
        };
        assert!(!column("DEFAULT_GENERATED on update CURRENT_TIMESTAMP").is_generated());
        assert!(column("VIRTUAL GENERATED").is_generated());
        assert!(column("STORED GENERATED, INVISIBLE").is_generated());
    }
}
