//! Which databases a foreign script may make, drop and enter, and which accounts it leaves alone.
//! Pure.

use bstr::{BString, ByteSlice as _};

use crate::error::{Error, Kind, Result};
use crate::pipeline::restore::RestoreJob;
use crate::sql::dialect::Dialect;
use crate::sql::if_exists::is_stand_in;
use crate::sql::opening::opening;

/// What is to be done with a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Run it.
    Run,
    /// Run it; that the account or tablespace exists already is no failure.
    Make(BString),
    /// Go on in this database.
    Enter(BString),
    /// Run it; that the role is the one that restores is no failure.
    DropAccount,
    /// Leave it: it is about an account that was there before.
    Leave,
    /// It begins or ends a transaction of the script.
    Transaction,
    /// It takes back what the script did.
    TakeBack,
}

/// What a script may do.
#[derive(Debug)]
pub(super) struct Scope {
    dialect: Dialect,
    /// It may make databases and go on in them.
    create: bool,
    /// It may drop them.
    clean: bool,
    /// It must drop what is there before it makes anything.
    must_drop: bool,
    /// Accounts that exist are set as the script has them.
    overwrite: bool,
    /// Whether it is in a database that it entered itself.
    inside: bool,
    /// Accounts that were there before.
    kept: Vec<BString>,
}

impl Scope {
    pub(super) fn new(dialect: Dialect, job: &RestoreJob) -> Self {
        Self {
            dialect,
            create: job.create,
            clean: job.clean,
            must_drop: job.clean && !job.create,
            overwrite: job.overwrite_existing,
            inside: false,
            kept: Vec::new(),
        }
    }

    /// For scripts that belong to one database, whatever the job says of it.
    pub(super) fn inside(mut self) -> Self {
        self.create = false;
        self.must_drop = false;
        self.inside = true;
        self
    }

    /// An account was there already.
    pub(super) fn keep(&mut self, name: BString) {
        self.kept.push(name);
    }

    /// Whether the script may go on in another database.
    pub(super) fn enter(&mut self, name: &[u8]) -> Result<()> {
        if !self.create {
            let what = format!("the script goes on in database {}", name.to_str_lossy());
            let hint = "Give --create if it may make and enter databases by itself.";
            return Err(Error::new(Kind::Usage, what).hint(hint));
        }
        self.inside = true;
        Ok(())
    }

    /// What is to be done with a statement.
    pub(super) fn judge(&mut self, statement: &[u8]) -> Result<Step> {
        let words = opening(self.dialect, statement, 3);
        let is = |at: usize, word: &str| {
            let found = words.get(at).copied().unwrap_or_default();
            found.eq_ignore_ascii_case(word.as_bytes())
        };
        if self.dialect == Dialect::Postgres && (is(0, "rollback") || is(0, "abort")) {
            return Ok(Step::TakeBack);
        }
        let ends = (is(0, "commit") && !is(1, "prepared")) || is(0, "end");
        let begins = is(0, "begin") || (is(0, "start") && is(1, "transaction"));
        if self.dialect == Dialect::Postgres && (begins || ends) {
            return Ok(Step::Transaction);
        }
        let about_database =
            is(1, "database") || (self.dialect == Dialect::Mysql && is(1, "schema"));
        if is(0, "use") && self.dialect == Dialect::Mysql {
            return Ok(Step::Enter(mysql_name(statement)));
        }
        if is(0, "create") && about_database && !self.create {
            let what = "the script makes a database";
            let hint = "Give --create if it may make and enter databases by itself.";
            return Err(Error::new(Kind::Usage, what).hint(hint));
        }
        if is(0, "drop") && about_database && !(self.create && self.clean) {
            let what = "the script drops a database";
            let hint = "Give --create and --clean if that is what you want.";
            return Err(Error::new(Kind::Usage, what).hint(hint));
        }
        let drops = is(0, "drop") || (is(0, "alter") && statement.contains_str(" DROP "));
        self.must_drop &= !drops;
        if self.must_drop && makes_objects(self.dialect, &words) && !is_stand_in(statement) {
            let what = "nothing in this script drops what is there: --clean can't either";
            let hint = "Give --if-empty=false if it may add to that, or an empty database.";
            return Err(Error::new(Kind::Usage, what).hint(hint));
        }
        let account = is(1, "role") || is(1, "user");
        if self.dialect == Dialect::Postgres && is(0, "create") && (account || is(1, "tablespace"))
        {
            return Ok(Step::Make(third(&words)));
        }
        if self.dialect == Dialect::Postgres && is(0, "drop") && account {
            return Ok(Step::DropAccount);
        }
        if is(0, "alter") && account && !self.overwrite && self.kept.contains(&third(&words)) {
            return Ok(Step::Leave);
        }
        if self.create && !self.inside && makes_objects(self.dialect, &words) {
            let what = "the script makes objects before it enters a database of its own";
            let hint = "Leave --create out, and name the database to load into in the URL.";
            return Err(Error::new(Kind::Usage, what).hint(hint));
        }
        Ok(Step::Run)
    }
}

fn third(words: &[&[u8]]) -> BString {
    words.get(2).copied().unwrap_or_default().into()
}

/// Statements that make objects in whatever database the session is in.
fn makes_objects(dialect: Dialect, words: &[&[u8]]) -> bool {
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    let server_wide = ["database", "role", "user", "tablespace", "group"];
    // MySQL's schemas are its databases.
    let is_database = dialect == Dialect::Mysql && is(1, "schema");
    let verbs = ["insert", "replace", "copy"];
    verbs.iter().any(|verb| is(0, verb))
        || (is(0, "create") && !is_database && !server_wide.iter().any(|what| is(1, what)))
}

/// The name that follows `USE`: in one of MySQL's quotes for names, or none.
fn mysql_name(statement: &[u8]) -> BString {
    // All of it: a name without quotes may be no word (`a-b`), and half of it is another name.
    let words = opening(Dialect::Mysql, statement, usize::MAX);
    let text = words.get(1..).unwrap_or_default().concat();
    let inside = |quote: &str| {
        let inside = text.strip_prefix(quote.as_bytes())?;
        let inside = inside.strip_suffix(quote.as_bytes())?;
        Some(inside.replace([quote, quote].concat(), quote))
    };
    let inside = inside("`").or_else(|| inside("\""));
    inside.map_or_else(|| text.as_slice().into(), Into::into)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;

    fn scope(dialect: Dialect, create: bool) -> Scope {
        let job = RestoreJob {
            create,
            ..RestoreJob::default()
        };
        Scope::new(dialect, &job)
    }

    #[test]
    fn databases_are_made_and_entered_only_on_request() {
        let mut mysql = scope(Dialect::Mysql, false);
        for refused in [
            "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `a`",
            "drop schema a",
            "/*!40000 DROP DATABASE IF EXISTS `a`*/",
            "DROP/**/DATABASE a",
        ] {
            assert!(mysql.judge(refused.as_bytes()).is_err(), "{refused}");
        }
        let step = mysql.judge(b"USE `a``b c`").unwrap();
        assert_eq!(step, Step::Enter("a`b c".into()));
        for (text, name) in [
            ("/*!40000 USE a*/", "a"),
            ("USE \"a b\"", "a b"),
            ("USE a-b", "a-b"),
        ] {
            let step = mysql.judge(text.as_bytes()).unwrap();
            assert_eq!(step, Step::Enter(name.into()), "{text}");
        }
        assert!(scope(Dialect::Mysql, false).enter(b"x").is_err());
        let mut creates = scope(Dialect::Postgres, true);
        assert!(creates.judge(b"CREATE TABLE t (a int)").is_err());
        assert!(creates.judge(b"CREATE SCHEMA a").is_err());
        assert!(creates.judge(b"DROP DATABASE x").is_err());
        assert_eq!(creates.judge(b"CREATE DATABASE x").unwrap(), Step::Run);
        creates.enter(b"x").unwrap();
        assert_eq!(creates.judge(b"CREATE TABLE t (a int)").unwrap(), Step::Run);
    }

    #[test]
    fn a_script_that_is_to_clean_drops_before_it_makes() {
        let clean = |dialect| {
            let job = RestoreJob {
                clean: true,
                ..RestoreJob::default()
            };
            Scope::new(dialect, &job)
        };
        for makes in [
            "CREATE SCHEMA a",
            "CREATE TABLE t (a int)",
            "COPY t FROM stdin",
            "INSERT INTO t VALUES (1)",
        ] {
            let mut scope = clean(Dialect::Postgres);
            assert_eq!(scope.judge(b"SET a = 1").unwrap(), Step::Run);
            assert!(scope.judge(makes.as_bytes()).is_err(), "{makes}");
            let drops = b"ALTER TABLE ONLY t DROP CONSTRAINT t_pkey";
            assert_eq!(scope.judge(drops).unwrap(), Step::Run);
            assert_eq!(scope.judge(makes.as_bytes()).unwrap(), Step::Run);
        }
        let mut scope = clean(Dialect::Mysql);
        let drops = b"DROP TABLE IF EXISTS `t`";
        assert_eq!(scope.judge(drops).unwrap(), Step::Run);
        assert_eq!(scope.judge(b"CREATE TABLE `t`").unwrap(), Step::Run);
        assert!(
            clean(Dialect::Mysql)
                .judge(b"INSERT INTO t VALUES (1)")
                .is_err()
        );
    }

    #[test]
    fn accounts_that_were_there_stay_as_they_are() {
        let mut scope = scope(Dialect::Postgres, true);
        let make = scope.judge(b"CREATE ROLE \"a b\"").unwrap();
        assert_eq!(make, Step::Make("\"a b\"".into()));
        let drop = b"DROP ROLE IF EXISTS \"a b\"";
        assert_eq!(scope.judge(drop).unwrap(), Step::DropAccount);
        let alter = b"ALTER ROLE \"a b\" WITH SUPERUSER";
        assert_eq!(scope.judge(alter).unwrap(), Step::Run);
        scope.keep("\"a b\"".into());
        assert_eq!(scope.judge(alter).unwrap(), Step::Leave);
    }
}
