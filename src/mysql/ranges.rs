//! A table cut by its primary key: for workers that share it. The pieces are about equal by what
//! the index says of itself (its ends, and the optimizer's dives into it): no row is counted, and
//! nothing is read up to a place in it.
//!
//! A piece is a condition on the key. Where a column's values are too unequal (one customer has
//! most rows), the piece goes on by the next column within the one value. All in the snapshot that
//! the workers share, so that the pieces hold each row once.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::select::Select;
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::plan::entry::{DataRef, Range};

/// So often the index is looked at for each piece that is wanted: a limit for odd keys.
const LOOKS: u64 = 4;

/// Ranges of the key, at most about `parts`, in its order; one where it can't be cut.
pub async fn ranges(
    session: &mut Session,
    database: &[u8],
    data: &DataRef,
    parts: u64,
) -> Result<Vec<Range>> {
    let key = key(session, database, data).await?;
    if key.is_empty() || parts < 2 {
        return Ok(vec![Range::Whole]);
    }
    let mut cutter = Cutter { session, data, key };
    let mut pieces = vec![Piece::default()];
    pieces[0].rows = cutter.estimate(&pieces[0]).await?;
    let enough = pieces[0].rows / parts;
    for _ in 0..parts * LOOKS {
        let largest = pieces.iter().enumerate().filter(|(_, piece)| !piece.whole);
        let Some((at, piece)) = largest.max_by_key(|(_, piece)| piece.rows) else {
            break;
        };
        // halves of halves: what is near enough stays
        if piece.rows <= enough + enough / 2 || pieces.len() as u64 >= 2 * parts {
            break;
        }
        let halves = cutter.halve(&pieces[at]).await?;
        pieces.splice(at..=at, halves);
    }
    let conditions = pieces.iter().filter_map(|piece| cutter.condition(piece));
    let ranges: Vec<Range> = conditions.map(Range::Condition).collect();
    Ok(if ranges.is_empty() {
        vec![Range::Whole]
    } else {
        ranges
    })
}

/// A column of the key that can be cut.
#[derive(Debug, Clone)]
struct Column {
    name: BString,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    Integer,
    /// Bytes in a character set, or in none.
    Bytes(Option<String>),
}

impl Form {
    fn of(data_type: &str, charset: Option<&str>) -> Option<Self> {
        match (data_type, charset) {
            ("tinyint" | "smallint" | "mediumint" | "int" | "bigint", _) => Some(Self::Integer),
            ("binary" | "varbinary", _) => Some(Self::Bytes(None)),
            // where ASCII is what it looks like, a value between two others can be made up
            (
                "char" | "varchar",
                Some(charset @ ("ascii" | "latin1" | "utf8" | "utf8mb3" | "utf8mb4")),
            ) => Some(Self::Bytes(Some(charset.to_owned()))),
            _ => None,
        }
    }

    /// A value as a literal of the column's own type.
    fn literal(&self, value: &[u8]) -> BString {
        match self {
            Self::Integer => value.into(),
            // `0x` alone is no literal
            Self::Bytes(_) if value.is_empty() => "''".into(),
            Self::Bytes(charset) => {
                let charset = charset.as_ref().map(|name| format!("_{name} "));
                let charset = charset.unwrap_or_default();
                format!("{charset}0x{}", const_hex::encode(value)).into()
            }
        }
    }

    /// A value that lies about half way, above `low`.
    fn middle(&self, low: &[u8], high: &[u8]) -> Option<BString> {
        match self {
            Self::Integer => {
                let number = |text: &[u8]| text.to_str().ok()?.parse::<i128>().ok();
                let (low, high) = (number(low)?, number(high)?);
                Some((low + (high - low) / 2 + 1).to_string().into())
            }
            Self::Bytes(Some(_)) => Some(between(low, high, 0x20, 0x7e)),
            Self::Bytes(None) => Some(between(low, high, 0, 0xff)),
        }
    }
}

/// Bytes between two others: their common beginning, and two bytes half way behind it. In text
/// only printable ASCII is made up, which is a character everywhere.
fn between(low: &[u8], high: &[u8], first: u8, last: u8) -> BString {
    let same = low.iter().zip(high).take_while(|(a, b)| a == b);
    let plain = same.take_while(|(byte, _)| last == 0xff || byte.is_ascii());
    let common = plain.count();
    let digits = |text: &[u8], missing: u8| {
        let digit = |at: usize| {
            let byte = text.get(common + at).copied().unwrap_or(missing);
            u32::from(byte.clamp(first, last) - first)
        };
        let base = u32::from(last - first) + 1;
        (digit(0) * base + digit(1), base)
    };
    let ((from, base), (to, _)) = (digits(low, first), digits(high, first));
    let middle = u32::midpoint(from.min(to), from.max(to));
    let byte = |digit: u32| first + u8::try_from(digit).unwrap_or(last - first);
    let mut out = low.get(..common).unwrap_or_default().to_vec();
    out.extend([byte(middle / base), byte(middle % base)]);
    out.into()
}

/// A part of the key: `fixed` columns of one value each, then a range of the next one.
#[derive(Debug, Clone, Default)]
struct Piece {
    fixed: Vec<BString>,
    low: Option<BString>,
    high: Option<BString>,
    rows: u64,
    /// Can't be cut further.
    whole: bool,
}

async fn key(session: &mut Session, database: &[u8], data: &DataRef) -> Result<Vec<Column>> {
    let Some(name) = unquoted(&data.into) else {
        return Ok(Vec::new());
    };
    // rows of the past are not in the key's order
    if !data.table.ends_with(&data.into) {
        return Ok(Vec::new());
    }
    let select = Select::from(
        "information_schema.statistics s JOIN information_schema.columns c \
         ON c.table_schema = s.table_schema AND c.table_name = s.table_name \
         AND c.column_name = s.column_name JOIN information_schema.tables t \
         ON t.table_schema = s.table_schema AND t.table_name = s.table_name",
    )
    .col("name", "s.column_name")
    .col("type", "c.data_type")
    .col("charset", "c.character_set_name")
    .col("part", "s.sub_part")
    .equals("s.table_schema", database)
    .equals("s.table_name", &name)
    // for MariaDB, which else opens every table of the server once more for each of these views
    .equals("c.table_schema", database)
    .equals("c.table_name", &name)
    .equals("t.table_schema", database)
    .equals("t.table_name", &name)
    // elsewhere no snapshot holds the rows still
    .equals("t.engine", b"InnoDB")
    .equals("s.index_name", b"PRIMARY")
    .order("s.seq_in_index");
    let mut columns = Vec::new();
    for row in session.query(select.sql()).await?.iter() {
        let charset = row.opt("charset")?.and_then(|name| name.to_str().ok());
        let form = Form::of(row.str("type")?, charset);
        // a column that can't be cut ends the part of the key that can
        let (Some(form), None) = (form, row.opt("part")?) else {
            break;
        };
        let name = Text::default().ident(row.bytes("name")?).into();
        columns.push(Column { name, form });
    }
    Ok(columns)
}

fn unquoted(name: &[u8]) -> Option<Vec<u8>> {
    let inner = name.strip_prefix(b"`")?.strip_suffix(b"`")?;
    Some(inner.replace(b"``", b"`"))
}

struct Cutter<'a> {
    session: &'a mut Session,
    data: &'a DataRef,
    key: Vec<Column>,
}

impl Cutter<'_> {
    /// Two pieces instead of one; or the same with one more column fixed; or marked as whole.
    async fn halve(&mut self, piece: &Piece) -> Result<Vec<Piece>> {
        let stays = Piece {
            whole: true,
            ..piece.clone()
        };
        let Some(column) = self.key.get(piece.fixed.len()).cloned() else {
            return Ok(vec![stays]);
        };
        let Some((low, high, same)) = self.ends(piece, &column).await? else {
            return Ok(vec![stays]);
        };
        if same {
            return Ok(vec![self.narrowed(piece, &column, &low)]);
        }
        let Some(middle) = column.form.middle(&low, &high) else {
            return Ok(vec![stays]);
        };
        let Some(border) = self.border(piece, &column, (&low, &middle)).await? else {
            return Ok(vec![stays]);
        };
        let mut halves = [piece.clone(), piece.clone()];
        halves[0].high = Some(column.form.literal(&border));
        halves[1].low = Some(column.form.literal(&border));
        for half in &mut halves {
            half.rows = self.estimate(half).await?;
        }
        Ok(halves.into())
    }

    /// All rows of the piece have this one value.
    fn narrowed(&self, piece: &Piece, column: &Column, value: &[u8]) -> Piece {
        let equals = [b" = ".as_slice(), &column.form.literal(value)].concat();
        let mut fixed = piece.fixed.clone();
        fixed.push([column.name.as_slice(), &equals].concat().into());
        Piece {
            whole: fixed.len() == self.key.len(),
            fixed,
            rows: piece.rows,
            ..Piece::default()
        }
    }

    /// The first and the last value, and whether the server takes them for the same.
    async fn ends(
        &mut self,
        piece: &Piece,
        column: &Column,
    ) -> Result<Option<(BString, BString, bool)>> {
        let low = self.seek(piece, column, None, "").await?;
        let high = self.seek(piece, column, None, " DESC").await?;
        let (Some(low), Some(high)) = (low, high) else {
            return Ok(None);
        };
        // another spelling of the same may be in between: what lies above `low` tells
        let above = Some((">", low.as_slice()));
        let same = low == high || self.seek(piece, column, above, "").await?.is_none();
        Ok(Some((low, high, same)))
    }

    /// A value of the key from `middle` on, above the piece's first one.
    async fn border(
        &mut self,
        piece: &Piece,
        column: &Column,
        (low, middle): (&BString, &BString),
    ) -> Result<Option<BString>> {
        if let Form::Integer = column.form {
            return Ok(Some(middle.clone()));
        }
        let upper = Piece {
            low: Some(column.form.literal(middle)),
            ..piece.clone()
        };
        let above = Some((">", low.as_slice()));
        match self.seek(&upper, column, above, "").await? {
            Some(border) => Ok(Some(border)),
            None => self.seek(piece, column, above, " DESC").await,
        }
    }

    /// The first value of the column in the piece, by the index.
    async fn seek(
        &mut self,
        piece: &Piece,
        column: &Column,
        beyond: Option<(&str, &[u8])>,
        direction: &str,
    ) -> Result<Option<BString>> {
        let mut sql = Text::new("SELECT ").raw(&column.name).words(" AS k");
        sql = self.from(sql, self.condition(piece).as_ref());
        if let Some((sign, value)) = beyond {
            let joined = if self.condition(piece).is_some() {
                " AND "
            } else {
                " WHERE "
            };
            sql = sql.words(joined).raw(&column.name).words(sign);
            sql = sql.raw(&column.form.literal(value));
        }
        sql = sql.words(" ORDER BY ").raw(&column.name).words(direction);
        let rows = self.session.query(sql.words(" LIMIT 1")).await?;
        rows.first().map(|row| row.owned("k")).transpose()
    }

    /// How many rows the optimizer expects.
    async fn estimate(&mut self, piece: &Piece) -> Result<u64> {
        let sql = Text::new("EXPLAIN FORMAT=TRADITIONAL SELECT 1");
        // MySQL 8 does not look into an index that it is forced to take
        let mariadb = self.session.caps().is_mariadb();
        let advice = if mariadb { " FORCE" } else { " USE" };
        let sql = self.advised(sql, advice, self.condition(piece).as_ref());
        let rows = self.session.query(sql).await?;
        let rows = rows.first().map(|row| row.opt_num("rows")).transpose()?;
        Ok(rows.flatten().unwrap_or(0))
    }

    fn from(&self, sql: Text, condition: Option<&BString>) -> Text {
        self.advised(sql, " FORCE", condition)
    }

    fn advised(&self, sql: Text, advice: &str, condition: Option<&BString>) -> Text {
        let sql = sql.words(" FROM ").raw(&self.data.table);
        let sql = sql.words(advice).words(" INDEX (PRIMARY)");
        match condition {
            Some(condition) => sql.words(" WHERE ").raw(condition),
            None => sql,
        }
    }

    fn condition(&self, piece: &Piece) -> Option<BString> {
        let mut all = piece.fixed.clone();
        if let Some(column) = self.key.get(piece.fixed.len()) {
            let bounds = [(" >= ", &piece.low), (" < ", &piece.high)];
            for (sign, bound) in bounds {
                let bound = bound.as_ref();
                let text = bound.map(|bound| [&column.name, sign.as_bytes(), bound].concat());
                all.extend(text.map(BString::from));
            }
        }
        (!all.is_empty()).then(|| bstr::join(" AND ", all).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_between_are_above_the_lower_one() {
        let middle = |low: &str, high: &str| Form::Integer.middle(low.as_bytes(), high.as_bytes());
        assert_eq!(middle("1", "2"), Some("2".into()));
        assert_eq!(middle("-5", "5"), Some("1".into()));
        let all = (i64::MIN.to_string(), u64::MAX.to_string());
        assert_eq!(middle(&all.0, &all.1), Some("4611686018427387904".into()));
        assert_eq!(between(b"user1", b"user9", 0x20, 0x7e), "user5 ");
        assert_eq!(between(b"\x00", b"\xff", 0, 0xff), b"\x7f\x80".as_bstr());
        assert_eq!(between("ä".as_bytes(), "ö".as_bytes(), 0x20, 0x7e), "~~");
    }

    #[test]
    fn literals_are_of_the_columns_own_type() {
        let text = Form::of("varchar", Some("latin1"));
        assert_eq!(
            text.as_ref().map(|form| form.literal(b"a")),
            Some("_latin1 0x61".into())
        );
        assert_eq!(text.map(|form| form.literal(b"")), Some("''".into()));
        assert_eq!(Form::Bytes(None).literal(b"\xff"), "0xff");
        assert_eq!(Form::of("varchar", Some("sjis")), None);
        assert_eq!(Form::of("double", None), None);
    }

    #[test]
    fn names_are_unquoted() {
        assert_eq!(unquoted(b"`a``b`"), Some(b"a`b".to_vec()));
        assert_eq!(unquoted(b"a"), None);
    }
}
