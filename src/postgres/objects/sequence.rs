//! Sequences. Catalogs: pg_sequence, pg_class. Not here: those of identity columns (`table`),
//! their values (`sequence_value`).

use bstr::BString;

use crate::error::Result;
use crate::plan::entry::{Identity, Section};
use crate::postgres::address::{Address, class};
use crate::postgres::objects::{BuildContext, Give, Kind, Loaded, Reference};
use crate::postgres::quote::{ident, qualified};
use crate::postgres::render::{Sql, cat, join};
use crate::postgres::select::Select;
use crate::postgres::version::Caps;
use crate::sql::rows::{Row, Rows};

/// Sequences, and which column owns them.
pub const SEQUENCE: Kind = Kind::each("sequence", |caps| vec![query(caps)], build);

/// `ALTER SEQUENCE … OWNED BY`, once the table is there.
pub const OWNED_BY: Kind = Kind::derived("sequence_owner");

/// A sequence's options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// `bigint`, `integer`, `smallint`.
    pub type_name: BString,
    start: i64,
    increment: i64,
    min: i64,
    max: i64,
    cache: i64,
    cycle: bool,
}

/// Adds the options' columns to a query over pg_sequence `q`.
#[must_use]
pub fn option_columns(select: Select) -> Select {
    select
        .col("sequence_type", "pg_catalog.format_type(q.seqtypid, NULL)")
        .col("start", "q.seqstart")
        .col("increment", "q.seqincrement")
        .col("min", "q.seqmin")
        .col("max", "q.seqmax")
        .col("cache", "q.seqcache")
        .col("cycle", "q.seqcycle")
}

impl Options {
    /// Reads what [`option_columns`] added.
    pub fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            type_name: row.owned("sequence_type")?,
            start: row.num("start")?,
            increment: row.num("increment")?,
            min: row.num("min")?,
            max: row.num("max")?,
            cache: row.num("cache")?,
            cycle: row.bool("cycle")?,
        })
    }

    /// The options but the type: `START WITH 1`, `INCREMENT BY 1`, …
    #[must_use]
    pub fn words(&self) -> Vec<BString> {
        let (usual_min, usual_max) = self.usual_bounds();
        let bound = |word: &str, value: i64, usual: i64| match value == usual {
            true => format!("NO {word}"),
            false => format!("{word} {value}"),
        };
        let mut words = vec![
            format!("START WITH {}", self.start),
            format!("INCREMENT BY {}", self.increment),
            bound("MINVALUE", self.min, usual_min),
            bound("MAXVALUE", self.max, usual_max),
            format!("CACHE {}", self.cache),
        ];
        if self.cycle {
            words.push("CYCLE".into());
        }
        words.into_iter().map(BString::from).collect()
    }

    /// The bounds of a sequence of this type that nothing is said about (manual, CREATE SEQUENCE).
    fn usual_bounds(&self) -> (i64, i64) {
        let (least, most) = match self.type_name.as_slice() {
            b"smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
            b"integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
            _ => (i64::MIN, i64::MAX),
        };
        if self.increment < 0 {
            (least, -1)
        } else {
            (1, most)
        }
    }
}

fn query(caps: &Caps) -> Select {
    let select = Select::from(format!(
        "pg_catalog.pg_sequence q JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN (pg_catalog.pg_depend d \
         JOIN pg_catalog.pg_class t ON t.oid = d.refobjid \
         JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace \
         JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid) \
         ON d.classid = {class} AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = {class} \
         AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')",
        class = class::PG_CLASS
    ))
    .col("oid", "c.oid")
    .col("schema", "n.nspname")
    .col("name", "c.relname")
    .col("owner", "pg_catalog.pg_get_userbyid(c.relowner)")
    .col("table_oid", "t.oid")
    .col("table_schema", "tn.nspname")
    .col("table_name", "t.relname")
    .col("column_name", "a.attname")
    .col_if(
        caps.unlogged_sequences(),
        "unlogged",
        "c.relpersistence = 'u'",
        "false",
    )
    .filter("d.deptype IS DISTINCT FROM 'i'")
    .of_user_relation("c");
    option_columns(select)
}

/// A sequence.
#[derive(Debug, Clone, Default)]
struct Sequence {
    oid: u32,
    schema: BString,
    name: BString,
    owner: BString,
    unlogged: bool,
    options: Options,
    owned_by: Option<Column>,
}

/// The column that owns a sequence.
#[derive(Debug, Clone)]
struct Column {
    table: Address,
    quoted: BString,
}

impl Column {
    fn decode(row: &Row<'_>) -> Result<Option<Self>> {
        let Some(oid) = row.opt_num("table_oid")? else {
            return Ok(None);
        };
        let table = qualified(row.bytes("table_schema")?, row.bytes("table_name")?);
        Ok(Some(Self {
            table: Address::new(class::PG_CLASS, oid),
            quoted: cat![table, ".", ident(row.bytes("column_name")?)],
        }))
    }
}

impl Sequence {
    fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            oid: row.num("oid")?,
            schema: row.owned("schema")?,
            name: row.owned("name")?,
            owner: row.owned("owner")?,
            unlogged: row.bool("unlogged")?,
            options: Options::decode(row)?,
            owned_by: Column::decode(row)?,
        })
    }

    fn address(&self) -> Address {
        Address::new(class::PG_CLASS, self.oid)
    }

    fn quoted(&self) -> BString {
        qualified(&self.schema, &self.name)
    }

    fn identity(&self) -> Identity {
        Identity {
            schema: Some(self.schema.clone()),
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            ..Identity::default()
        }
    }

    fn render(&self) -> Sql {
        let persistence = if self.unlogged { "UNLOGGED " } else { "" };
        let mut lines = vec![cat!["CREATE ", persistence, "SEQUENCE ", self.quoted()]];
        if self.options.type_name != "bigint" {
            lines.push(cat!["AS ", &self.options.type_name]);
        }
        lines.extend(self.options.words());
        let mut sql = Sql::default();
        sql.push(join(lines, "\n    "));
        sql.drop_with(cat!["DROP SEQUENCE ", self.quoted()]);
        sql
    }

    fn loaded(&self) -> Loaded {
        Loaded {
            address: Some(self.address()),
            reference: Some(Reference::all("SEQUENCE", self.quoted())),
            ignores: self.owned_by.iter().map(|column| column.table).collect(),
            table: self.owned_by.as_ref().map(|column| column.table),
            ..Loaded::new("sequence", Section::PreData, self.identity(), self.render())
        }
    }

    fn ownership(&self) -> Option<Loaded> {
        let column = self.owned_by.as_ref()?;
        let mut sql = Sql::default();
        let alter = cat!["ALTER SEQUENCE ", self.quoted(), " OWNED BY "];
        sql.push(cat![alter, &column.quoted]);
        let identity = Identity {
            owner: None,
            ..self.identity()
        };
        Some(Loaded {
            needs: vec![self.address(), column.table],
            table: Some(column.table),
            ..Loaded::new(OWNED_BY.name, Section::PreData, identity, sql)
        })
    }
}

fn build(_: &BuildContext, rows: &[Rows], give: Give<'_>) -> Result<()> {
    for row in rows.iter().flat_map(Rows::iter) {
        let sequence = Sequence::decode(&row)?;
        give(sequence.loaded())?;
        sequence.ownership().map_or(Ok(()), &mut *give)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(type_name: &str, increment: i64, min: i64, max: i64) -> Options {
        Options {
            type_name: type_name.into(),
            start: 1,
            increment,
            min,
            max,
            cache: 1,
            cycle: false,
        }
    }

    #[test]
    fn usual_bounds_are_not_spelt_out() {
        let bounds = |options: Options| join(&options.words()[2..4], " ");
        let usual = "NO MINVALUE NO MAXVALUE";
        assert_eq!(bounds(options("bigint", 1, 1, i64::MAX)), usual);
        assert_eq!(
            bounds(options("integer", -1, i64::from(i32::MIN), -1)),
            usual
        );
        assert_eq!(
            bounds(options("smallint", 1, 2, 32_766)),
            "MINVALUE 2 MAXVALUE 32766"
        );
    }

    #[test]
    fn an_owned_sequence_is_tied_to_its_column_later() {
        let sequence = Sequence {
            oid: 5,
            schema: "public".into(),
            name: "s".into(),
            options: options("integer", 1, 1, i64::from(i32::MAX)),
            owned_by: Some(Column {
                table: Address::new(class::PG_CLASS, 6),
                quoted: "public.t.id".into(),
            }),
            ..Sequence::default()
        };
        let own = sequence.loaded();
        assert_eq!(
            own.sql.create[0].text,
            "CREATE SEQUENCE public.s\n    AS integer\n    START WITH 1\n    INCREMENT BY 1\n    \
             NO MINVALUE\n    NO MAXVALUE\n    CACHE 1"
        );
        assert_eq!(own.ignores, [Address::new(class::PG_CLASS, 6)]);
        let tie = sequence
            .ownership()
            .map(|tie| tie.sql.create[0].text.clone());
        assert_eq!(
            tie,
            Some("ALTER SEQUENCE public.s OWNED BY public.t.id".into())
        );
    }
}
