//! `dumpkeep bench` on real servers: it counts what is there, and leaves nothing behind.

use crate::support::command::ran;
use crate::support::server::{MariaDb, MySql, Postgres};

const ROWS: usize = 20_000;

/// Runs it for a short time, on a table of [`ROWS`] rows, which that is long enough for.
fn measured(url: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder_name = folder.path().display().to_string();
    let ran = ran(&[
        "bench",
        url,
        "--jobs",
        "2",
        "--time",
        "2s",
        "--folder",
        &folder_name,
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let out = &ran.out;
    let line = |begins: &str| {
        let found = out
            .lines()
            .find(|line| line.trim_start().starts_with(begins));
        found
            .unwrap_or_else(|| panic!("no {begins}: {out}"))
            .to_owned()
    };
    for jobs in ["1 ", "2 "] {
        let counted: Vec<String> = line(jobs).split_whitespace().map(str::to_owned).collect();
        assert_eq!(counted.get(1), Some(&ROWS.to_string()), "{out}");
    }
    for level in ["3 ", "19 "] {
        assert!(line(level).contains("/s"), "{out}");
    }
    assert!(line("disk:").contains("/s"), "{out}");
    assert!(line("recommended:").contains("--jobs"), "{out}");
    let left = std::fs::read_dir(folder.path()).expect("the folder");
    assert_eq!(left.count(), 0);
}

#[test]
fn what_can_t_be_measured_is_refused_and_nothing_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let mistyped = folder.path().join("mistyped").display().to_string();
    let nowhere = "postgres://nobody@127.0.0.1:1/x";
    let refused = ran(&["bench", nowhere, "--folder", &mistyped]);
    assert!(refused.err.contains("there is no folder"), "{refused:?}");
    assert!(!std::path::Path::new(&mistyped).exists());
    assert_eq!(ran(&["bench", nowhere, "--time", "0"]).code, Some(2));
}

#[test]
fn postgres_is_measured() {
    let server = Postgres::start("18");
    server.create_database("d");
    server.sql(
        "d",
        &format!(
            "CREATE TABLE t AS SELECT i, md5(i::text) AS m, repeat('word ', i % 9) AS w \
             FROM generate_series(1, {ROWS}) i; ANALYZE"
        ),
    );
    measured(&server.url("d"));
}

#[test]
fn mysql_and_mariadb_are_measured() {
    for server in [MySql::start("9.7"), MariaDb::start("10.11")] {
        server.create_database("d");
        server.sql(
            "d",
            &format!(
                "CREATE TABLE t (i INT PRIMARY KEY, m CHAR(64), w VARCHAR(100)); \
                 SET SESSION cte_max_recursion_depth = 100000; \
                 INSERT INTO t WITH RECURSIVE n (i) AS \
                 (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) \
                 SELECT i, SHA2(i, 256), REPEAT('word ', i % 9) FROM n"
            )
            .replace(
                "cte_max_recursion_depth",
                if server.is_mariadb() {
                    "max_recursive_iterations"
                } else {
                    "cte_max_recursion_depth"
                },
            ),
        );
        measured(&server.url("d"));
    }
}
