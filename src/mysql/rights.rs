//! What the user that dumps may see: `information_schema` hides the rest without a word, so that a
//! right that is missing is an error. Catalog: `SHOW GRANTS`, which lists what active roles and
//! `PUBLIC` give as well.

use bstr::BString;

use crate::error::{Kind as ErrorKind, Result};
use crate::mysql::claims::Claims;
use crate::mysql::granted::Granted;
use crate::mysql::inventory::Relation;
use crate::mysql::objects::routine;
use crate::mysql::scope::Scope;
use crate::mysql::session::Session;
use crate::mysql::version::Caps;

/// Any of these three shows that a routine is there, and only all of them show each.
const ROUTINE_RIGHTS: [&str; 3] = ["EXECUTE", "CREATE ROUTINE", "ALTER ROUTINE"];

/// Checks that nothing of what was asked for is hidden.
pub async fn check(
    session: &mut Session,
    (granted, scope): (&Granted, &Scope<'_>),
    claims: &mut Claims,
) -> Result<()> {
    let mut lacking: Vec<String> = Vec::new();
    for right in needed(scope) {
        if !granted.on_database(right) && !on_each(granted, right, scope) {
            lacking.push(format!("{right} on it"));
        }
    }
    if scope.selection.definitions()
        && scope.wants_rest()
        && !sees_routines(session, granted, scope).await?
    {
        lacking.push(routine::right(scope).to_owned());
    }
    claims.hidden(&format!("database {}", scope.database), &lacking)
}

/// Whether temporary tables can be made that the binary log takes no note of: not where it has
/// statements in it. MariaDB needs none.
pub async fn makes_temporary(session: &mut Session, granted: &Granted, caps: Caps) -> Result<bool> {
    if caps.is_mariadb() || !granted.on_database("CREATE TEMPORARY TABLES") {
        return Ok(false);
    }
    let sql = "SHOW VARIABLES WHERE Variable_name IN ('log_bin', 'binlog_format')";
    let rows = session.query(sql).await?;
    let (mut logs, mut by_row) = (false, true);
    for row in rows.iter() {
        match row.str("Variable_name")? {
            "log_bin" => logs = row.bool("Value")?,
            _ => by_row = row.str("Value")? == "ROW",
        }
    }
    Ok(!logs || by_row)
}

/// The user's rights on the database.
pub async fn granted(session: &mut Session, scope: &Scope<'_>) -> Result<Granted> {
    let rows = session.query("SHOW GRANTS").await?;
    let mut lines: Vec<BString> = Vec::new();
    for row in rows.iter() {
        let column = rows.columns().first().map_or("", String::as_str);
        lines.push(row.owned(column)?);
    }
    let literal = scope.caps.partial_revokes() && {
        let rows = session.query("SELECT @@partial_revokes AS literal").await?;
        rows.first()
            .map(|row| row.bool("literal"))
            .transpose()?
            .unwrap_or(false)
    };
    Ok(Granted::read(&lines, &scope.database, literal))
}

/// The rights that show the parts of a database.
fn needed(scope: &Scope<'_>) -> Vec<&'static str> {
    let mut all = vec!["SELECT"];
    if scope.selection.definitions() {
        all.extend(["SHOW VIEW", "TRIGGER"]);
        all.extend(scope.wants_rest().then_some("EVENT"));
    }
    all
}

/// Where tables are chosen by their plain names, rights on these are enough.
fn on_each(granted: &Granted, right: &str, scope: &Scope<'_>) -> bool {
    let names = &scope.options.selection.tables;
    let plain = |name: &String| !name.contains(['*', '?', '%', '[', '|', '(', '+', '.']);
    let concerns = |relation: &Relation| {
        let view = relation.table_type == "VIEW";
        match right {
            "SHOW VIEW" => view,
            "TRIGGER" => !view,
            _ => true,
        }
    };
    let mut chosen = scope
        .relations
        .those(concerns)
        .filter(|relation| scope.wants_relation(&relation.name));
    !names.is_empty()
        && names.iter().all(plain)
        && chosen.all(|relation| granted.on_table(right, &relation.name))
}

/// Whether each routine is listed; a body that is hidden is an error of its own.
async fn sees_routines(
    session: &mut Session,
    granted: &Granted,
    scope: &Scope<'_>,
) -> Result<bool> {
    let lists = ROUTINE_RIGHTS
        .iter()
        .all(|right| granted.on_database(right));
    let caps = scope.caps;
    let shows = (caps.data_dictionary() && granted.on_server("SELECT"))
        || (caps.show_routine_privilege() && granted.on_server("SHOW_ROUTINE"))
        || (caps.show_create_routine_privilege() && granted.on_database("SHOW CREATE ROUTINE"));
    if lists || shows || caps.data_dictionary() {
        return Ok(lists || shows);
    }
    match session.query("SELECT * FROM mysql.proc LIMIT 0").await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::Privilege => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "test")]
    use super::*;
    use crate::mysql::facts::Flavor;
    use crate::mysql::version::Caps;
    use crate::source::DumpOptions;
    use crate::sql::dialect::Dialect;

    fn with_scope<T>(options: &DumpOptions, ask: impl FnOnce(&Scope<'_>) -> T) -> T {
        let relation = |name: &str, table_type: &str| Relation {
            name: name.into(),
            table_type: table_type.into(),
            ..Relation::default()
        };
        ask(&Scope {
            makes_temporary: false,
            caps: Caps {
                flavor: Flavor::Mariadb,
                number: 101_106,
            },
            database: "shop".into(),
            collation: BString::default(),
            options,
            selection: options.selection.compile(Dialect::Mysql).unwrap(),
            sees_grants: false,
            relations: vec![relation("t", "BASE TABLE"), relation("v", "VIEW")].into(),
        })
    }

    #[test]
    fn rows_alone_need_less() {
        let mut options = DumpOptions::default();
        options.selection.data_only = true;
        assert_eq!(with_scope(&options, needed), ["SELECT"]);
        options.selection.data_only = false;
        assert_eq!(with_scope(&options, needed).len(), 4);
    }

    #[test]
    fn rights_on_the_named_tables_are_enough() {
        let lines = ["GRANT SELECT, TRIGGER ON `shop`.`t` TO `u`@`%`".into()];
        let granted = Granted::read(&lines, b"shop", false);
        let mut options = DumpOptions::default();
        options.selection.tables = vec!["t".into()];
        for right in ["SELECT", "TRIGGER", "SHOW VIEW"] {
            assert!(with_scope(&options, |scope| on_each(
                &granted, right, scope
            )));
        }
        options.selection.tables = vec!["t".into(), "v".into()];
        assert!(!with_scope(&options, |scope| on_each(
            &granted, "SELECT", scope
        )));
        // what a pattern would find in what is hidden can't be known
        options.selection.tables = vec!["t*".into()];
        assert!(!with_scope(&options, |scope| on_each(
            &granted, "SELECT", scope
        )));
    }
}
