//! What the kinds of accounts share: their list, their names, and the lines of `SHOW GRANTS`.

use bstr::{BString, ByteSlice};

use crate::error::{Error, Result};
use crate::mysql::quote;
use crate::mysql::scan::{Kind, Quoting, Token, tokens};
use crate::mysql::scope::Scope;
use crate::mysql::select::Select;
use crate::mysql::text::Text;
use crate::plan::entry::Identity;
use crate::sql::rows::Row;

/// Accounts that belong to the server itself.
const SYSTEM: &str =
    "user NOT IN ('mysql.sys', 'mysql.session', 'mysql.infoschema', 'mariadb.sys')";

/// Whether the server knows no such account, for all the rows of `mysql.*`.
pub(super) fn is_unknown(error: &Error) -> bool {
    // ER_PASSWORD_NO_MATCH, ER_NONEXISTING_GRANT, ER_CANNOT_USER
    matches!(error.server_code(), Some("1133" | "1141" | "1396"))
}

/// What to do about an account that a row makes, but not for the server as it runs.
pub(super) const UNKNOWN: &str = "There is a row of it in mysql.user, of which the server takes no notice: drop the account (one with \
     a host's name serves nobody under skip_name_resolve), or make the row known (FLUSH PRIVILEGES); \
     --lenient leaves it out.";

/// Makes an account without a password (MySQL 8). What checks passwords refuses one like that, but no
/// role, which becomes the account by what follows.
pub(in crate::mysql) fn create_bare(account: &[u8]) -> Text {
    Text::new("CREATE ROLE IF NOT EXISTS ").raw(account)
}

/// A user or a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) user: BString,
    pub(super) host: BString,
    /// MariaDB: a role, which has no host.
    pub(super) is_role: bool,
    pub(super) default_role: BString,
    subject: BString,
    issuer: BString,
    cipher: BString,
}

impl Account {
    pub(super) fn query(scope: &Scope<'_>) -> Select {
        let mariadb = scope.caps.roles_mapping();
        Select::from("mysql.user")
            .cols(&["user", "host"])
            .col("subject", "COALESCE(x509_subject, '')")
            .col("issuer", "COALESCE(x509_issuer, '')")
            .col("cipher", "COALESCE(ssl_cipher, '')")
            .col_if(mariadb, "is_role", "is_role = 'Y'", "FALSE")
            .col_if(mariadb, "default_role", "default_role", "''")
            .filter(SYSTEM)
            .order("user, host")
    }

    pub(super) fn decode(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            user: row.owned("user")?,
            host: row.owned("host")?,
            is_role: row.bool("is_role")?,
            default_role: row.owned("default_role")?,
            subject: row.owned("subject")?,
            issuer: row.owned("issuer")?,
            cipher: row.owned("cipher")?,
        })
    }

    /// Many servers print names, subjects, issuers and ciphers without a word about the quotes in them. What they
    /// print is known, so it is written anew.
    pub(super) fn requoted(&self, text: &[u8]) -> BString {
        let raw = |before: &[u8], value: &[u8]| [before, b"'", value, b"'"].concat();
        let name = [&raw(b"", &self.user)[..], b"@", &raw(b"", &self.host)].concat();
        let mut out = replaced(text, &name, &quote::account(&self.user, &self.host));
        for (word, value) in [
            (&b"SUBJECT "[..], &self.subject),
            (b"ISSUER ", &self.issuer),
            (b"CIPHER ", &self.cipher),
        ] {
            let new = [word, &quote::string(value)].concat();
            if !value.is_empty() {
                out = replaced(&out, &raw(word, value), &new);
            }
        }
        out
    }

    /// As SQL names it.
    pub(super) fn sql(&self) -> BString {
        match (self.is_role, self.user.as_slice()) {
            (true, b"PUBLIC") => "PUBLIC".into(),
            (true, role) => quote::ident(role),
            (false, user) => quote::account(user, &self.host),
        }
    }

    pub(super) fn identity(&self) -> Identity {
        let name = if self.is_role {
            self.user.clone()
        } else {
            [self.user.as_slice(), b"@", &self.host].concat().into()
        };
        Identity {
            name,
            ..Identity::default()
        }
    }
}

/// The text with another word in the place of one: of one that ends there, since other servers double the quote
/// that a value ends with.
fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> BString {
    let ends = |at: &usize| matches!(text.get(at + old.len()), None | Some(b' '));
    let Some(at) = text.find_iter(old).find(ends) else {
        return text.into();
    };
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    [part(0, at), new, part(at + old.len(), text.len())]
        .concat()
        .into()
}

/// A line of `SHOW GRANTS`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grant {
    /// The statement, without the password and limits that some servers add to it.
    pub(super) sql: BString,
    /// The database, of a grant on a table, its columns or a routine.
    pub(super) database: Option<BString>,
    /// The statement without the database's name.
    pub(super) local: BString,
}

impl Grant {
    /// Reads a line; `None` where it is another account's (a role's list shows what it inherits).
    pub(super) fn read(line: &[u8], account: &Account) -> Option<Self> {
        let line = account.requoted(line);
        let line = line.as_slice();
        let all: Vec<Token<'_>> = tokens(line, Quoting::default()).collect();
        if !belongs(&all, account) {
            return None;
        }
        let sql = without_login(line, &all);
        let object = object(&all);
        let (database, local) = match object {
            Some((schema, name)) => {
                let cut = (schema.start, name.start.min(sql.len()));
                let local = [sql.get(..cut.0)?, sql.get(cut.1..)?].concat();
                (unquote(schema), local.into())
            }
            None => (None, sql.clone()),
        };
        Some(Self {
            sql,
            database,
            local,
        })
    }
}

fn unquote(token: &Token<'_>) -> Option<BString> {
    quote::unquote_ident(token.text).map(|(name, _)| name)
}

/// Depth 0 only: privileges have their columns in brackets.
fn outside<'t, 's>(all: &'t [Token<'s>]) -> impl Iterator<Item = (usize, &'t Token<'s>)> {
    let mut depth = 0_i32;
    all.iter().enumerate().filter(move |(_, token)| {
        depth += i32::from(token.is_mark(b'(')) - i32::from(token.is_mark(b')'));
        depth == 0
    })
}

fn find(all: &[Token<'_>], words: &[&str], from: usize) -> Option<usize> {
    outside(all)
        .filter(|(at, _)| *at >= from)
        .find(|(_, token)| words.iter().any(|word| token.is(word)))
        .map(|(at, _)| at)
}

fn belongs(all: &[Token<'_>], account: &Account) -> bool {
    let grantee = find(all, &["TO", "FROM", "FOR"], 0).and_then(|at| all.get(at + 1));
    let Some(grantee) = grantee.filter(|_| account.is_role) else {
        return true;
    };
    grantee.text == account.sql().as_slice() || unquote(grantee).as_ref() == Some(&account.user)
}

/// The database's and the object's name of a grant on one object.
fn object<'t, 's>(all: &'t [Token<'s>]) -> Option<(&'t Token<'s>, &'t Token<'s>)> {
    let on = find(all, &["ON"], 0)?;
    let kind = usize::from(all.get(on + 1)?.kind == Kind::Word);
    // PACKAGE BODY has two words
    let kind = kind + usize::from(all.get(on + 2)?.is("BODY"));
    let [schema, dot, name] = all.get(on + 1 + kind..on + 4 + kind)? else {
        return None;
    };
    let is_object = schema.kind == Kind::Ident && dot.is_mark(b'.') && name.kind == Kind::Ident;
    is_object.then_some((schema, name))
}

fn without_login(line: &[u8], all: &[Token<'_>]) -> BString {
    let to = find(all, &["TO", "FROM"], 0).unwrap_or(0);
    let Some(end) = find(all, &["IDENTIFIED", "REQUIRE", "WITH"], to) else {
        return line.into();
    };
    let tail = all.get(end..).unwrap_or_default();
    let option = tail.windows(2).find_map(|pair| match pair {
        [grant, option] if grant.is("GRANT") && option.is("OPTION") => Some(" WITH GRANT OPTION"),
        [admin, option] if admin.is("ADMIN") && option.is("OPTION") => Some(" WITH ADMIN OPTION"),
        _ => None,
    });
    let start = all.get(end).map_or(line.len(), |token| token.start);
    let head = line.get(..start).unwrap_or_default().trim_end();
    [head, option.unwrap_or_default().as_bytes()]
        .concat()
        .into()
}

/// MySQL takes `IDENTIFIED WITH plugin` alone for an order to expire the password: an account
/// without one gets an empty `AS`.
pub(super) fn with_empty_password(text: &[u8]) -> BString {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let plugin = all.windows(4).find(|window| {
        matches!(window, [one, two, _, next] if one.is("IDENTIFIED") && two.is("WITH")
            && !next.is("AS"))
    });
    let Some([_, _, plugin, _]) = plugin else {
        return text.into();
    };
    let (head, tail) = text.split_at(plugin.end());
    [head, b" AS ''", tail].concat().into()
}

/// Writes the plugin into a `GRANT` that says nothing of it, and the password with its quotes.
pub(super) fn with_plugin(grant: &BString, plugin: &[u8], password: &[u8]) -> BString {
    if plugin.is_empty() {
        return grant.clone();
    }
    // as the server prints it, whatever is in it
    let told = [b" IDENTIFIED BY PASSWORD '", password, b"'"].concat();
    let grant = grant.replacen(&told, "", 1);
    let all: Vec<Token<'_>> = tokens(&grant, Quoting::default()).collect();
    let to = find(&all, &["TO"], 0).unwrap_or(0);
    let end = find(&all, &["REQUIRE", "WITH"], to).and_then(|at| all.get(at));
    let end = end.map_or(grant.len(), |token| token.start);
    let (head, tail) = grant.split_at(end);
    let mut with = Text::new(" IDENTIFIED WITH ").string(plugin);
    if !password.is_empty() {
        with = with.words(" AS ").string(password);
    }
    let space: &[u8] = if tail.is_empty() { b"" } else { b" " };
    [head.trim_end(), with.as_ref(), space, tail]
        .concat()
        .into()
}

/// Splits MySQL's `CREATE USER` into what is left of it without `DEFAULT ROLE …`, and those roles.
pub(super) fn split_default_role(text: &[u8]) -> (BString, Option<BString>) {
    let all: Vec<Token<'_>> = tokens(text, Quoting::default()).collect();
    let starts = all
        .windows(2)
        .position(|pair| matches!(pair, [one, two] if one.is("DEFAULT") && two.is("ROLE")));
    let Some(start) = starts else {
        return (text.into(), None);
    };
    let end = find(&all, &["REQUIRE"], start).and_then(|at| all.get(at));
    let end = end.map_or(text.len(), |token| token.start);
    let begin = all.get(start).map_or(end, |token| token.start);
    let roles = all.get(start + 2).map_or(end, |token| token.start);
    let rest = [
        text.get(..begin).unwrap_or_default(),
        text.get(end..).unwrap_or_default(),
    ]
    .concat();
    let roles = text.get(roles..end).unwrap_or_default().trim_end();
    (rest.into(), Some(roles.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;

    fn account(is_role: bool) -> Account {
        Account {
            user: "u".into(),
            host: "%".into(),
            is_role,
            default_role: BString::default(),
            subject: "x'y".into(),
            issuer: BString::default(),
            cipher: BString::default(),
        }
    }

    fn read(line: &str) -> Grant {
        Grant::read(line.as_bytes(), &account(false)).unwrap()
    }

    #[test]
    fn grants_on_objects_belong_to_their_database() {
        let grant = read("GRANT SELECT (`on`), UPDATE ON `x``y`.`t` TO `u`@`%` WITH GRANT OPTION");
        assert_eq!(grant.database.unwrap(), "x`y");
        assert_eq!(
            grant.local,
            "GRANT SELECT (`on`), UPDATE ON `t` TO `u`@`%` WITH GRANT OPTION"
        );
        let grant = read("GRANT EXECUTE ON PROCEDURE `x`.`p` TO `u`@`%`");
        assert_eq!(grant.local, "GRANT EXECUTE ON PROCEDURE `p` TO `u`@`%`");
    }

    #[test]
    fn grants_on_more_belong_to_the_server() {
        for line in [
            "GRANT SELECT ON *.* TO `u`@`%`",
            "GRANT SELECT ON `x`.* TO `u`@`%`",
            "GRANT PROXY ON `a`@`b` TO `u`@`%` WITH GRANT OPTION",
            "GRANT `r` TO `u`@`%` WITH ADMIN OPTION",
            "SET DEFAULT ROLE `r` FOR `u`@`%`",
            "REVOKE INSERT ON `x`.* FROM `u`@`%`",
        ] {
            let grant = read(line);
            assert_eq!((grant.database, grant.sql), (None, line.into()));
        }
    }

    #[test]
    fn passwords_and_limits_are_left_out() {
        let grant = read(
            "GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*D8' REQUIRE SUBJECT 'WITH' \
             WITH GRANT OPTION MAX_QUERIES_PER_HOUR 5",
        );
        assert_eq!(grant.sql, "GRANT USAGE ON *.* TO `u`@`%` WITH GRANT OPTION");
    }

    #[test]
    fn quotes_are_doubled_that_the_server_forgets() {
        let text = b"CREATE USER `u`@`%` REQUIRE SUBJECT 'x'y' WITH";
        assert_eq!(
            account(false).requoted(text),
            "CREATE USER `u`@`%` REQUIRE SUBJECT 'x''y' WITH"
        );
        let text = b"SUBJECT '''' CIPHER '''";
        assert_eq!(replaced(text, b"SUBJECT '''", b"none"), text.as_slice());
        let mended = replaced(text, b"CIPHER '''", b"CIPHER ''''");
        assert_eq!(mended, "SUBJECT '''' CIPHER ''''");
    }

    #[test]
    fn what_a_role_inherits_is_not_its_own() {
        assert!(Grant::read(b"GRANT USAGE ON *.* TO `other`", &account(true)).is_none());
        assert!(Grant::read(b"GRANT USAGE ON *.* TO `u`", &account(true)).is_some());
    }

    #[test]
    fn no_password_is_an_empty_one() {
        assert_eq!(
            with_empty_password(b"`u`@`%` IDENTIFIED WITH 'x' REQUIRE NONE"),
            "`u`@`%` IDENTIFIED WITH 'x' AS '' REQUIRE NONE"
        );
        let text = "`u`@`%` IDENTIFIED WITH 'x' AS 0x61 REQUIRE NONE";
        assert_eq!(with_empty_password(text.as_bytes()), text);
    }

    #[test]
    fn a_plugin_stands_before_what_follows_the_account() {
        let with =
            |grant: &str, password: &str| with_plugin(&grant.into(), b"x", password.as_bytes());
        assert_eq!(
            with(
                "GRANT USAGE ON *.* TO 'u'@'h' IDENTIFIED BY PASSWORD '$5$'q' REQUIRE SSL",
                "$5$'q"
            ),
            "GRANT USAGE ON *.* TO 'u'@'h' IDENTIFIED WITH 'x' AS '$5$''q' REQUIRE SSL"
        );
        assert_eq!(
            with("GRANT USAGE ON *.* TO 'u'@'h'", ""),
            "GRANT USAGE ON *.* TO 'u'@'h' IDENTIFIED WITH 'x'"
        );
    }

    #[test]
    fn default_roles_are_split_off() {
        let (rest, roles) =
            split_default_role(b"CREATE USER `u`@`%` DEFAULT ROLE `a`@`%`,`b`@`%` REQUIRE NONE");
        assert_eq!(rest, "CREATE USER `u`@`%` REQUIRE NONE");
        assert_eq!(roles.unwrap(), "`a`@`%`,`b`@`%`");
    }
}
