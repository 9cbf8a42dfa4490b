//! Rows of a script that sets its character set to `binary` (`mysqldump --default-character-set=binary`),
//! for columns of MariaDB's own types: the server takes a text for a UUID or an INET address, and bytes
//! for what it stores, so that it reads the text that is in the script as a wrong value. Each of these
//! literals gets a character set.

use bstr::{BString, ByteSlice as _};

use crate::error::Result;
use crate::mysql::quote::unquote_ident;
use crate::mysql::scan::{Kind, Quoting, tokens};
use crate::mysql::session::Session;
use crate::mysql::text::Text;
use crate::sql::dialect::Dialect;
use crate::sql::opening::opening;

/// A statement that sets the character set is not longer than this.
const SHORT: usize = 200;

/// What is known while a script runs.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    /// The script's character set is `binary`.
    binary: bool,
    /// The last table, and its columns of such types: their names and places.
    table: Option<(BString, Vec<(BString, usize)>)>,
}

impl Addresses {
    /// The statement as it is to be run, where that is another one.
    pub(super) async fn with_charset(
        &mut self,
        session: &mut Session,
        sql: &[u8],
    ) -> Result<Option<Vec<u8>>> {
        if !session.caps().is_mariadb() {
            return Ok(None);
        }
        if sql.len() < SHORT
            && let [set, names, name] = opening(Dialect::Mysql, sql, 3).as_slice()
            && set.eq_ignore_ascii_case(b"SET")
            && names.eq_ignore_ascii_case(b"NAMES")
        {
            self.binary = name
                .trim_with(|c| c == '\'')
                .eq_ignore_ascii_case(b"binary");
            return Ok(None);
        }
        let rows = [&b"INSERT"[..], b"REPLACE"];
        if !self.binary || !rows.iter().any(|word| sql.starts_with(word)) {
            return Ok(None);
        }
        let Some(table) = table(sql) else {
            return Ok(None);
        };
        if self.table.as_ref().is_none_or(|(last, _)| *last != table) {
            let columns = columns(session, &table).await?;
            self.table = Some((table, columns));
        }
        let columns = self.table.as_ref().map(|(_, columns)| columns.as_slice());
        Ok(introduced(sql, columns.unwrap_or_default()))
    }
}

/// Not by the catalog: there the name would have to be converted, and the server looks through all tables of
/// the database for a name that is no plain constant.
async fn columns(session: &mut Session, table: &[u8]) -> Result<Vec<(BString, usize)>> {
    let sql = Text::new("SHOW COLUMNS FROM ").ident(table);
    let rows = match session.query(sql).await {
        // what is wrong with the table is said by the statement itself
        Err(error) if error.server_code().is_some() => return Ok(Vec::new()),
        rows => rows?,
    };
    let mut found = Vec::new();
    for (row, place) in rows.iter().zip(0..) {
        if matches!(row.bytes("Type")?.as_bytes(), b"inet4" | b"inet6" | b"uuid") {
            found.push((row.owned("Field")?, place));
        }
    }
    Ok(found)
}

/// The table of `INSERT INTO t …`.
fn table(insert: &[u8]) -> Option<BString> {
    let mut all = tokens(insert.get(..insert.len().min(1000))?, Quoting::default());
    all.find(|token| token.is("INTO"))?;
    let name = all.next()?;
    let quoted = unquote_ident(name.text).map(|(name, _)| name);
    Some(quoted.unwrap_or_else(|| name.text.into()))
}

/// The statement with a character set before the literals of these columns.
fn introduced(insert: &[u8], columns: &[(BString, usize)]) -> Option<Vec<u8>> {
    if columns.is_empty() {
        return None;
    }
    let (mut out, mut from) = (Vec::with_capacity(insert.len() + 64), 0);
    let (mut depth, mut place, mut values) = (0_usize, 0_usize, false);
    let mut named: Vec<BString> = Vec::new();
    let mut before_is_mark = false;
    for token in tokens(insert, Quoting::default()) {
        if token.is_mark(b'(') {
            depth += 1;
            place = if depth == 1 { 0 } else { place };
        } else if token.is_mark(b')') {
            depth = depth.saturating_sub(1);
        } else if depth == 1 && token.is_mark(b',') {
            place += 1;
        } else if depth == 0 && (token.is("VALUES") || token.is("VALUE")) {
            values = true;
        } else if depth == 1 && !values {
            let name = unquote_ident(token.text).map(|(name, _)| name);
            named.push(name.unwrap_or_else(|| token.text.into()));
        }
        let alone = values && depth == 1 && before_is_mark && token.kind == Kind::Literal;
        let own = |(name, at): &(BString, usize)| match named.get(place) {
            Some(column) => column == name,
            None => named.is_empty() && *at == place,
        };
        if alone && columns.iter().any(own) {
            out.extend_from_slice(insert.get(from..token.start).unwrap_or_default());
            out.extend_from_slice(b"_latin1");
            from = token.start;
        }
        before_is_mark = token.is_mark(b'(') || token.is_mark(b',');
    }
    out.extend_from_slice(insert.get(from..).unwrap_or_default());
    (from > 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_such_columns_get_a_character_set() {
        let columns = [("i".into(), 1), ("u".into(), 3)];
        let with = |sql: &str| {
            let found = introduced(sql.as_bytes(), &columns);
            found.map(|sql| String::from_utf8_lossy(&sql).into_owned())
        };
        assert_eq!(
            with("INSERT INTO `t` VALUES (1,'::1','a),(',NULL),(2,NULL,f('x','y'),'u')").as_deref(),
            Some(
                "INSERT INTO `t` VALUES (1,_latin1'::1','a),(',NULL),(2,NULL,f('x','y'),_latin1'u')"
            )
        );
        assert_eq!(
            with("INSERT INTO `t` (`u`, `a`, `i`) VALUES ('u','a',_binary '::1')").as_deref(),
            Some("INSERT INTO `t` (`u`, `a`, `i`) VALUES (_latin1'u','a',_binary '::1')")
        );
        assert_eq!(with("INSERT INTO `t` (`a`) VALUES ('u')"), None);
    }

    #[test]
    fn the_table_stands_behind_into() {
        for sql in [
            "INSERT  IGNORE INTO `a``b` VALUES (1)",
            "REPLACE INTO `a``b` (x) VALUES (1)",
        ] {
            assert_eq!(table(sql.as_bytes()), Some("a`b".into()), "{sql}");
        }
        assert_eq!(table(b"INSERT INTO t VALUES (1)"), Some("t".into()));
    }
}
