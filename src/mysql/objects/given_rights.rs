//! Rights on tables, columns and routines as `SHOW GRANTS` lists them, as far as a server takes them
//! again: they stay when what they are on goes.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::objects::account::Account;
use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::select::Select;
use crate::mysql::text::Text;
use crate::sql::rows::Rows;

/// What is known of a table or view.
pub(super) enum Known {
    /// It is gone; a right to make it can be given.
    Gone,
    /// It is gone, and no one may make it.
    GoneForGood,
    /// A view that can't be opened: no right on its columns can be given.
    Broken,
    /// It is there, with these columns; none is one that can't be opened.
    There(Vec<BString>),
}

impl Known {
    fn is_gone(&self) -> bool {
        matches!(self, Self::Gone | Self::GoneForGood)
    }

    fn has(&self, column: &BString) -> bool {
        match self {
            Self::Gone | Self::GoneForGood | Self::Broken => false,
            Self::There(columns) => {
                let mut each = columns.iter();
                columns.is_empty() || each.any(|one| one.eq_ignore_ascii_case(column))
            }
        }
    }
}

/// Rights on tables and columns stay when these go. Those on a table can be given without it together
/// with CREATE, which is taken away again; those on columns can't be given again, and are returned.
pub(super) fn on_what_is_there(
    grant: BString,
    known: impl Fn(&BString) -> Known,
) -> (Vec<BString>, Option<BString>) {
    let all: Vec<Token<'_>> = tokens(&grant, Quoting::default()).collect();
    let (rights, rest) = all.split_at(on(&all).unwrap_or(all.len()));
    let [on, name, to, who @ ..] = rest else {
        return (vec![grant], None);
    };
    let Some((table, _)) = quote::unquote_ident(name.text).filter(|_| to.is("TO")) else {
        return (vec![grant], None);
    };
    let known = known(&table);
    if matches!(known, Known::GoneForGood) {
        return (Vec::new(), Some(grant));
    }
    let there = |column: &BString| known.has(column);
    let given = rights_on(rights.get(1..).unwrap_or_default(), there);
    let complete = given.len() == rights_on(rights.get(1..).unwrap_or_default(), |_| true).len()
        && rights
            .iter()
            .filter(|token| token.kind == Kind::Ident)
            .all(|token| {
                quote::unquote_ident(token.text).is_some_and(|(column, _)| there(&column))
            });
    let part = |from: usize, to: usize| grant.get(from..to).unwrap_or_default();
    let lost = (!complete).then(|| grant.clone());
    let needs_create = known.is_gone() && !given.iter().any(|right| right.starts_with("CREATE"));
    if given.is_empty()
        || (complete && !needs_create)
        || given.iter().any(|one| one == "ALL PRIVILEGES")
    {
        return (if complete { vec![grant] } else { Vec::new() }, lost);
    }
    let create = if needs_create { ", CREATE " } else { " " };
    let rights = Text::new("GRANT ").words(&given.join(", ")).words(create);
    let mut statements = vec![rights.raw(part(on.start, grant.len())).into()];
    if needs_create {
        let end = who.iter().find(|token| token.is("WITH"));
        let end = end.map_or(grant.len(), |with| with.start);
        let first = who.first().map_or(grant.len(), |token| token.start);
        let taken = Text::new("REVOKE CREATE ON ")
            .raw(name.text)
            .words(" FROM ");
        statements.push(taken.raw(part(first, end).trim_ascii_end()).into());
    }
    (statements, lost)
}

/// Where the word before the object's name stands.
fn on(all: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_i32;
    all.iter().position(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is("ON")
    })
}

/// The rights of a grant, each with those of its columns that are there.
fn rights_on(all: &[Token<'_>], there: impl Fn(&BString) -> bool) -> Vec<String> {
    let mut depth = 0_i32;
    let each = all.split(|token| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0 && token.is_mark(b',')
    });
    let right = |tokens: &[Token<'_>]| {
        let words = tokens.iter().filter(|token| token.kind == Kind::Word);
        let words: Vec<_> = words.map(|token| token.text.to_str_lossy()).collect();
        let columns = tokens.iter().filter(|token| token.kind == Kind::Ident);
        let columns = columns.filter_map(|token| quote::unquote_ident(token.text));
        let kept: Vec<String> = columns
            .filter(|(column, _)| there(column))
            .map(|(column, _)| quote::ident(&column).to_string())
            .collect();
        let on_columns = tokens.iter().any(|token| token.is_mark(b'('));
        match (on_columns, kept.is_empty()) {
            (false, _) => Some(words.join(" ")),
            (true, true) => None,
            (true, false) => Some(format!("{} ({})", words.join(" "), kept.join(", "))),
        }
    };
    each.filter_map(right).collect()
}

/// The routine that a grant is on: its kind and its name, with a blank between.
pub(super) fn routine(grant: &[u8]) -> Option<BString> {
    let all: Vec<Token<'_>> = tokens(grant, Quoting::default()).collect();
    let rest = all.get(on(&all)? + 1..)?;
    let words = rest.iter().take_while(|token| token.kind == Kind::Word);
    let words: Vec<&[u8]> = words.map(|token| token.text).collect();
    let (name, _) = quote::unquote_ident(rest.get(words.len())?.text)?;
    let kind = words.join(&b' ');
    (!kind.is_empty()).then(|| [&kind, &b" "[..], &name].concat().into())
}

/// The same statement with the database's name before the object's.
pub(super) fn qualified(grant: &BString, database: &BString) -> BString {
    let all: Vec<Token<'_>> = tokens(grant, Quoting::default()).collect();
    let behind = on(&all)
        .and_then(|on| all.get(on + 1..))
        .unwrap_or_default();
    let name = behind.iter().find(|token| token.kind == Kind::Ident);
    let (head, tail) = grant.split_at(name.map_or(grant.len(), |name| name.start));
    let text = Text::default().raw(head).ident(database).words(".");
    text.raw(tail).into()
}

/// The query for an account's rights on columns, with those on their tables, which one line tells.
pub(super) fn columns(account: &Account) -> Select {
    let tables = "mysql.columns_priv AS c JOIN mysql.tables_priv AS t \
                  USING (host, db, user, table_name)";
    Select::from(tables)
        .col("db", "c.db")
        .cols(&["table_name", "column_name"])
        .col("table_priv", "t.table_priv")
        .col("column_priv", "c.column_priv")
        .equals("c.user", &account.user)
        .equals("c.host", &account.host)
        .order("c.db, table_name, column_name")
}

/// A table's rights, those on its columns by right.
#[derive(Debug, Default)]
struct OnTable {
    table: String,
    columns: BTreeMap<String, Vec<BString>>,
}

/// A statement for each table of these rows, which does not name the database, and that.
pub(super) fn on_columns(rows: &Rows, account: &Account) -> Result<Vec<(BString, BString)>> {
    let mut tables: BTreeMap<(BString, BString), OnTable> = BTreeMap::new();
    for row in rows.iter() {
        let name = (row.owned("db")?, row.owned("table_name")?);
        let rights = tables.entry(name).or_default();
        row.str("table_priv")?.clone_into(&mut rights.table);
        let each = row.str("column_priv")?.split(',');
        for right in each.filter(|right| !right.is_empty()) {
            let named = rights.columns.entry(right.to_ascii_uppercase());
            named.or_default().push(row.owned("column_name")?);
        }
    }
    let statement = |((database, table), rights): ((BString, BString), OnTable)| {
        let all = rights.table.split(',').filter(|right| !right.is_empty());
        let (option, plain): (Vec<_>, Vec<_>) = all.partition(|right| *right == "Grant");
        let plain = plain.iter().map(|right| right.to_ascii_uppercase());
        let on_columns = rights.columns.iter().map(|(right, names)| {
            let names: Vec<String> = names
                .iter()
                .map(|name| quote::ident(name).to_string())
                .collect();
            format!("{right} ({})", names.join(", "))
        });
        let rights: Vec<String> = plain.chain(on_columns).collect();
        let option = if option.is_empty() {
            ""
        } else {
            " WITH GRANT OPTION"
        };
        let text = Text::new("GRANT ").words(&rights.join(", ")).words(" ON ");
        let text = text.ident(&table).words(" TO ").raw(&account.sql());
        (database, text.words(option).into())
    };
    Ok(tables.into_iter().map(statement).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_routine_is_the_one_behind_its_kind() {
        let named = |grant: &str| routine(grant.as_bytes()).unwrap_or_default();
        assert_eq!(
            named("GRANT EXECUTE ON PROCEDURE `p``q` TO `u`@`%`"),
            "PROCEDURE p`q"
        );
        assert_eq!(
            named("GRANT EXECUTE ON PACKAGE BODY `p` TO `u`@`%`"),
            "PACKAGE BODY p"
        );
        assert_eq!(named("GRANT SELECT (`ON`) ON `t` TO `u`@`%`"), "");
    }

    #[test]
    fn rights_on_columns_of_broken_views_are_returned() {
        let grant = "GRANT SELECT (`a`), SHOW VIEW ON `v` TO `u`@`%` WITH GRANT OPTION";
        let (given, lost) = on_what_is_there(grant.into(), |_| Known::Broken);
        assert_eq!(
            given,
            ["GRANT SHOW VIEW ON `v` TO `u`@`%` WITH GRANT OPTION"]
        );
        assert_eq!(lost, Some(grant.into()));
        let whole = "GRANT SELECT ON `v` TO `u`@`%`";
        let (given, lost) = on_what_is_there(whole.into(), |_| Known::Broken);
        assert_eq!((given, lost), (vec![whole.into()], None));
    }

    #[test]
    fn the_database_stands_before_the_object() {
        let with = |grant: &str| qualified(&grant.into(), &"d`b".into());
        assert_eq!(
            with("GRANT SELECT (`on`) ON `t` TO `u`@`%`"),
            "GRANT SELECT (`on`) ON `d``b`.`t` TO `u`@`%`"
        );
        assert_eq!(
            with("REVOKE CREATE ON `t` FROM `u`@`%`"),
            "REVOKE CREATE ON `d``b`.`t` FROM `u`@`%`"
        );
        assert_eq!(
            with("GRANT EXECUTE ON FUNCTION `f` TO `u`@`%`"),
            "GRANT EXECUTE ON FUNCTION `d``b`.`f` TO `u`@`%`"
        );
    }
}
