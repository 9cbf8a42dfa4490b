//! Security labels. A provider is a module in the server's own process, and no package has one that
//! runs without SELinux: so the labels are put into the catalogs by hand, and the statements are
//! compared, not run.

use crate::support::command::ran;
use crate::support::server::Postgres;

/// What each label's statement has to be.
const STATEMENTS: &[&str] = &[
    "SECURITY LABEL FOR \"a \"\"provider\" ON TABLE public.t IS 'it''s secret'",
    "SECURITY LABEL FOR \"a \"\"provider\" ON COLUMN public.t.\"B\" IS 'column'",
    "SECURITY LABEL FOR \"a \"\"provider\" ON DATABASE labelled IS 'database'",
];

/// The same of the globals.
const GLOBALS: &[&str] = &[
    "SECURITY LABEL FOR \"a \"\"provider\" ON ROLE \"R\" IS 'role'",
    "SECURITY LABEL FOR \"a \"\"provider\" ON TABLESPACE s IS 'tablespace'",
];

fn script(arguments: &[&str], file: &str) -> String {
    let made = ran(arguments);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let shown = ran(&["show", "--sql", file]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    shown.out
}

#[test]
fn labels_of_the_database_s_and_of_the_server_s_objects_are_carried() {
    let server = Postgres::start("18");
    let files = tempfile::tempdir().expect("a folder");
    let file = files.path().join("a.sql.zst");
    let file = file.to_str().expect("UTF-8");
    server.sql("postgres", "CREATE ROLE \"R\"");
    server.sql("postgres", "CREATE DATABASE labelled");
    for statement in [
        "SET allow_in_place_tablespaces = on",
        "SET allow_system_table_mods = on",
    ] {
        let keep = statement.replacen("SET", "ALTER ROLE CURRENT_USER SET", 1);
        server.sql("postgres", &keep);
    }
    server.sql("postgres", "CREATE TABLESPACE s LOCATION ''");
    server.sql("labelled", "CREATE TABLE t (a int, \"B\" int)");
    server.sql(
        "labelled",
        "INSERT INTO pg_seclabel SELECT 't'::regclass, 'pg_class'::regclass, n, 'a \"provider', l \
         FROM (VALUES (0, 'it''s secret'), (2, 'column')) v(n, l)",
    );
    server.sql(
        "labelled",
        "INSERT INTO pg_shseclabel SELECT o, c, 'a \"provider', l FROM (VALUES \
         ((SELECT oid FROM pg_database WHERE datname = 'labelled'), 1262, 'database'), \
         ((SELECT oid FROM pg_authid WHERE rolname = 'R'), 1260, 'role'), \
         ((SELECT oid FROM pg_tablespace WHERE spcname = 's'), 1213, 'tablespace')) v(o, c, l)",
    );

    let url = server.url("labelled");
    let found = script(&["dump", &url, "--create", "-o", file], file);
    for statement in STATEMENTS {
        assert!(found.contains(statement), "{statement} is not in\n{found}");
    }
    let without = [
        "dump",
        &url,
        "--create",
        "--no-security-labels",
        "--force",
        "-o",
        file,
    ];
    assert!(!script(&without, file).contains("SECURITY LABEL"));
    let found = script(&["globals", &url, "--force", "-o", file], file);
    for statement in GLOBALS {
        assert!(found.contains(statement), "{statement} is not in\n{found}");
    }
}
