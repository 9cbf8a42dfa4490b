//! Where the server's own `CREATE TABLE` is wrong: it is printed in three-byte UTF-8, so that other
//! characters in members of ENUM and SET, and in constant defaults, become question marks, and
//! bytes of binary defaults no UTF-8 at all. Bytes that are no text in the column's character set
//! become question marks too, or are left out (MySQL). The true values are asked for and written in.

use bstr::{BString, ByteSlice};

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::mysql::inventory::{Column, Relation};
use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::text::Text;
use crate::sql::rows::Rows;

/// What is wrong with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// The members; so many, of an ENUM or of a SET.
    Members { count: u32, set: bool },
    /// The constant default, of characters or of bytes.
    Default { binary: bool },
}

/// A column whose definition may be printed wrong, and the questions about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suspect {
    column: BString,
    wrong: Wrong,
    questions: Vec<BString>,
}

/// The columns of a table that must be asked about.
pub(super) fn suspects(relation: &Relation, scope: &Scope<'_>) -> Vec<Suspect> {
    let columns = relation.columns.iter();
    let wrongs = |column| wrongs(column, scope).map(move |wrong| (column, wrong));
    let found = columns.flat_map(wrongs);
    found
        .map(|(column, wrong)| Suspect {
            column: column.name.clone(),
            wrong,
            questions: questions(relation, column, wrong, scope),
        })
        .collect()
}

impl Suspect {
    /// What to ask the server; the last answer counts.
    pub(super) fn questions(&self) -> &[BString] {
        &self.questions
    }
}

fn wrongs(column: &Column, scope: &Scope<'_>) -> impl Iterator<Item = Wrong> {
    let wide = ["utf8mb4", "utf16", "utf16le", "utf32", "gb18030"];
    let charset = column.charset.as_ref().map(|charset| charset.as_slice());
    let wide = charset.is_some_and(|own| wide.iter().any(|wide| own == wide.as_bytes()));
    // every byte of it is a character that all servers print
    let narrow = charset.is_some_and(|own| own == b"latin1");
    let set = column.data_type == "set";
    let lists = set || column.data_type == "enum";
    let suspected = if scope.caps.is_mariadb() {
        odd(&column.column_type)
    } else {
        scope.makes_temporary || (wide && odd(&column.column_type)) || is_shortened(column, set)
    };
    let members = (lists && !narrow && suspected).then(|| Wrong::Members {
        count: literals(&column.column_type),
        set,
    });
    let binary = matches!(column.data_type.as_slice(), b"binary" | b"varbinary");
    let default = column.default.as_ref();
    let default = default.filter(|_| binary || wide || (lists && !narrow));
    // MariaDB prints the literal, MySQL its value; expressions are right in either.
    let constant = default.filter(|text| odd(text) && !column.has_default_expression());
    let default = constant.map(|_| Wrong::Default { binary });
    members.into_iter().chain(default)
}

fn odd(text: &[u8]) -> bool {
    text.contains(&b'?') || text.to_str().is_err()
}

/// Members are shown with fewer characters than the column is long (MySQL 8 leaves out all from the
/// first byte that is no text), or as hexadecimal digits.
fn is_shortened(column: &Column, set: bool) -> bool {
    let all: Vec<Token<'_>> = tokens(&column.column_type, Quoting::default()).collect();
    if all.iter().any(|token| token.is("x")) {
        return true;
    }
    let members = all.iter().filter(|token| token.kind == Kind::Literal);
    let lengths: Vec<u64> = members.map(|member| characters(member.text)).collect();
    let shown = if set {
        let commas = lengths.iter().skip(1).fold(0, |count, _| count + 1);
        lengths.iter().sum::<u64>() + commas
    } else {
        lengths.iter().copied().max().unwrap_or(0)
    };
    column.length.is_some_and(|length| shown < length)
}

/// How many characters a literal holds.
fn characters(literal: &[u8]) -> u64 {
    let inner = literal.get(1..literal.len() - 1).unwrap_or_default();
    let (mut count, mut escaped) = (0, false);
    for character in inner.chars() {
        // a quote is written twice, or escaped like others
        let opens = !escaped && matches!(character, '\'' | '\\');
        count += u64::from(!opens);
        escaped = opens;
    }
    count
}

fn literals(text: &[u8]) -> u32 {
    let all = tokens(text, Quoting::default());
    all.filter(|token| token.kind == Kind::Literal)
        .fold(0, |count, _| count + 1)
}

fn questions(
    relation: &Relation,
    column: &Column,
    wrong: Wrong,
    scope: &Scope<'_>,
) -> Vec<BString> {
    match wrong {
        Wrong::Default { binary } => vec![ask_default(relation, column, binary)],
        Wrong::Members { count, set } => {
            let numbers: Vec<String> = (0..count.min(64 << 10))
                .map(|at| {
                    if set {
                        (1_u64 << at.min(63)).to_string()
                    } else {
                        (at + 1).to_string()
                    }
                })
                .collect();
            if scope.caps.anonymous_blocks() {
                ask_in_block(relation, column, &numbers, scope)
            } else {
                ask_in_table(relation, column, &numbers)
            }
        }
    }
}

/// `DEFAULT(column)` needs a table to be in, but no row of it.
fn ask_default(relation: &Relation, column: &Column, binary: bool) -> BString {
    let value = Text::new("DEFAULT(").ident(&column.name).words(")");
    let value = if binary {
        Text::new("HEX(").raw(value.as_ref()).words(")")
    } else {
        Text::new("").raw(digits(value.as_ref(), column).as_ref())
    };
    Text::new("SELECT ")
        .raw(value.as_ref())
        .words(" AS answer FROM (SELECT 1) AS one LEFT JOIN ")
        .ident(&relation.name)
        .words(" ON FALSE")
        .into()
}

/// A value's digits: those of its text, where its bytes are text in its character set, an `x`, and
/// those of the bytes.
fn digits(value: &[u8], column: &Column) -> Text {
    let charset = column.charset.as_ref();
    let charset = charset.map_or(b"binary".as_slice(), |charset| charset.as_slice());
    let text = Text::new("CONVERT(").raw(value).words(" USING utf8mb4)");
    let back = Text::new("CONVERT(").raw(text.as_ref()).words(" USING ");
    let bytes = Text::new("HEX(").raw(value).words(")");
    Text::new("CONCAT(IF(HEX(")
        .raw(back.raw(charset).words(")").as_ref())
        .words(") = ")
        .raw(bytes.as_ref())
        .words(", HEX(")
        .raw(text.as_ref())
        .words("), ''), 'x', ")
        .raw(bytes.as_ref())
        .words(")")
}

/// MariaDB: a variable of the column's type, in a block that is stored nowhere.
fn ask_in_block(
    relation: &Relation,
    column: &Column,
    numbers: &[String],
    scope: &Scope<'_>,
) -> Vec<BString> {
    let mut block = Text::new("BEGIN NOT ATOMIC DECLARE answer LONGTEXT; DECLARE member TYPE OF ")
        .ident(&scope.database)
        .words(".")
        .ident(&relation.name)
        .words(".")
        .ident(&column.name)
        .words("; ");
    for number in numbers {
        block = block
            .words(&format!(
                "SET member = {number}; SET answer = CONCAT_WS(',', answer, "
            ))
            .raw(digits(b"member", column).as_ref())
            .words("); ");
    }
    vec![
        block.words("SET @dumpkeep_answer = answer; END").into(),
        "SELECT @dumpkeep_answer AS answer".into(),
    ]
}

/// MySQL: a temporary table of the column alone. The next one, or the session's end, drops it.
fn ask_in_table(relation: &Relation, column: &Column, numbers: &[String]) -> Vec<BString> {
    let create = Text::new("CREATE TEMPORARY TABLE dumpkeep_members SELECT ")
        .ident(&column.name)
        .words(" AS member FROM ")
        .ident(&relation.name)
        .words(" WHERE FALSE");
    let list = Text::new("SELECT GROUP_CONCAT(").raw(digits(b"member", column).as_ref());
    vec![
        "DROP TEMPORARY TABLE IF EXISTS dumpkeep_members".into(),
        create.into(),
        format!(
            "INSERT INTO dumpkeep_members VALUES ({})",
            numbers.join("), (")
        )
        .into(),
        "SET SESSION group_concat_max_len = 10000000".into(),
        list.words(" ORDER BY CAST(member AS UNSIGNED)) AS answer FROM dumpkeep_members")
            .into(),
    ]
}

/// Writes what the server answered into the statement.
pub(super) fn mend(create: &BString, suspects: &[(&Suspect, &Rows)]) -> Result<BString> {
    let all: Vec<Token<'_>> = tokens(create, Quoting::default()).collect();
    let mut edits = Vec::new();
    for (suspect, rows) in suspects {
        let values = answer(suspect, rows)?;
        let found = definition(&all, &suspect.column).and_then(|tokens| match suspect.wrong {
            Wrong::Members { .. } => members(tokens, &values),
            Wrong::Default { .. } => default(tokens, &values),
        });
        edits.extend(found.ok_or_else(|| not_found(suspect))?);
    }
    Ok(apply(create, edits))
}

fn not_found(suspect: &Suspect) -> Error {
    let message = format!(
        "cannot read what the server left out of column {}",
        suspect.column
    );
    Error::new(ErrorKind::Unsupported, message)
}

fn answer(suspect: &Suspect, rows: &Rows) -> Result<Vec<BString>> {
    let row = rows.first().ok_or_else(|| not_found(suspect))?;
    let Some(text) = row.opt("answer")? else {
        return Err(not_found(suspect));
    };
    let bytes = |digits: &[u8]| const_hex::decode(digits).map_err(|_| not_found(suspect));
    let literal = |digits: &[u8]| match digits.split_once_str("x") {
        None => Ok(quote::hex(&bytes(digits)?)),
        Some((text, raw)) => {
            let (text, raw) = (bytes(text)?, bytes(raw)?);
            let is_text = text.to_str().is_ok() && text.is_empty() == raw.is_empty();
            Ok(if is_text {
                quote::string(&text)
            } else {
                quote::hex(&raw)
            })
        }
    };
    text.split(|byte| *byte == b',').map(literal).collect()
}

/// The tokens of a column's definition: up to the comma or bracket that ends it.
fn definition<'t, 's>(all: &'t [Token<'s>], column: &[u8]) -> Option<&'t [Token<'s>]> {
    let name = quote::ident(column);
    let mut depth = 0_usize;
    let mut begin = None;
    for (at, token) in all.iter().enumerate() {
        let opens = depth == 1 && begin.is_none() && token.text == name.as_slice();
        let before = at.checked_sub(1).and_then(|before| all.get(before));
        if opens && before.is_some_and(|before| before.is_mark(b'(') || before.is_mark(b',')) {
            begin = Some(at);
        }
        if token.is_mark(b'(') {
            depth += 1;
        }
        let closes = token.is_mark(b')');
        if let Some(begin) = begin
            && depth == 1
            && (closes || token.is_mark(b','))
        {
            return all.get(begin..at);
        }
        depth -= usize::from(closes && depth > 0);
    }
    None
}

type Edit = (usize, usize, BString);

fn members(tokens: &[Token<'_>], values: &[BString]) -> Option<Vec<Edit>> {
    let open = tokens.get(2).filter(|token| token.is_mark(b'('))?;
    let inner = tokens.iter().skip_while(|token| token.start < open.start);
    let inner: Vec<&Token<'_>> = inner.take_while(|token| !token.is_mark(b')')).collect();
    let literals = inner.windows(2).filter_map(|pair| match pair {
        // `x'…'` is one literal
        [before, literal] if literal.kind == Kind::Literal => Some((
            if before.is("x") {
                before.start
            } else {
                literal.start
            },
            literal.end(),
        )),
        _ => None,
    });
    let literals: Vec<(usize, usize)> = literals.collect();
    if literals.len() != values.len() {
        return None;
    }
    let edit = |((start, end), value): (&(usize, usize), &BString)| (*start, *end, value.clone());
    Some(literals.iter().zip(values).map(edit).collect())
}

fn default(tokens: &[Token<'_>], values: &[BString]) -> Option<Vec<Edit>> {
    let [value] = values else {
        return None;
    };
    let pair = tokens.windows(2).find(|pair| {
        matches!(pair, [word, literal] if word.is("DEFAULT") && literal.kind == Kind::Literal)
    });
    match pair {
        Some([_, literal]) => Some(vec![(literal.start, literal.end(), value.clone())]),
        // MySQL 8 prints such a default as a hexadecimal literal by itself.
        _ => Some(Vec::new()),
    }
}

fn apply(text: &[u8], mut edits: Vec<Edit>) -> BString {
    edits.sort_unstable();
    let (mut out, mut from) = (Vec::new(), 0);
    for (start, end, new) in edits {
        out.extend_from_slice(text.get(from..start).unwrap_or_default());
        out.extend_from_slice(&new);
        from = end;
    }
    out.extend_from_slice(text.get(from..).unwrap_or_default());
    out.into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn suspect(column: &str, wrong: Wrong) -> Suspect {
        Suspect {
            column: column.into(),
            wrong,
            questions: Vec::new(),
        }
    }

    fn rows(answer: &str) -> Rows {
        let mut rows = Rows::new(vec!["answer".into()]);
        rows.push([Some(answer)]).unwrap();
        rows
    }

    #[test]
    fn members_and_defaults_are_written_in() {
        let create = "CREATE TABLE `t` (\n  `x` int DEFAULT (`e` + enum('?')),\n  `e` enum('?','b') \
                      DEFAULT '?' COMMENT '`e` enum(''?'')',\n  `b` binary(2) DEFAULT '?'\n)";
        let members = suspect(
            "e",
            Wrong::Members {
                count: 2,
                set: false,
            },
        );
        let text = suspect("e", Wrong::Default { binary: false });
        let bytes = suspect("b", Wrong::Default { binary: true });
        let answers = [
            rows("F09F8C8DxF09F8C8D,27x27"),
            rows("F09F8C8Dx9439"),
            rows("00FF"),
        ];
        let [one, two, three] = &answers;
        let mended = mend(
            &create.into(),
            &[(&members, one), (&text, two), (&bytes, three)],
        );
        assert_eq!(
            mended.unwrap(),
            "CREATE TABLE `t` (\n  `x` int DEFAULT (`e` + enum('?')),\n  `e` enum('🌍','''') \
             DEFAULT '🌍' COMMENT '`e` enum(''?'')',\n  `b` binary(2) DEFAULT 0x00ff\n)"
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_digits() {
        let members = suspect(
            "e",
            Wrong::Members {
                count: 3,
                set: false,
            },
        );
        let create = BString::from("CREATE TABLE `t` (`e` enum('',x'eda080','b') DEFAULT NULL)");
        let answer = rows("FFFFxFFFF,EDA080xD800,62x62");
        assert_eq!(
            mend(&create, &[(&members, &answer)]).unwrap(),
            "CREATE TABLE `t` (`e` enum(0xffff,0xd800,'b') DEFAULT NULL)"
        );
    }

    #[test]
    fn members_that_were_cut_are_shorter_than_their_column() {
        let column = |text: &str, length: u64| Column {
            column_type: text.into(),
            length: Some(length),
            ..Column::default()
        };
        assert!(is_shortened(&column("enum('a','')", 2), false));
        assert!(!is_shortened(&column("enum('','it''s')", 4), false));
        assert!(!is_shortened(&column("enum('é\\\\')", 2), false));
        assert!(is_shortened(&column("set('z','a')", 4), true));
        assert!(!is_shortened(&column("set('z','a')", 3), true));
        assert!(is_shortened(&column("enum(x'eda080')", 1), false));
    }

    #[test]
    fn answers_that_do_not_fit_are_errors() {
        let members = suspect(
            "e",
            Wrong::Members {
                count: 2,
                set: false,
            },
        );
        let create = BString::from("CREATE TABLE `t` (`e` enum('?','b'))");
        assert!(mend(&create, &[(&members, &rows("61x61"))]).is_err());
        assert!(mend(&create, &[(&members, &rows("zzxzz,61x61"))]).is_err());
    }
}
