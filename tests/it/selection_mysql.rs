//! `dump`'s selection and output switches on MySQL and MariaDB.

use crate::support::command::{Ran, ran};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const SAMPLE: &str = "\
CREATE TABLE orders (id int PRIMARY KEY, note varchar(20)) ENGINE=InnoDB; \
INSERT INTO orders VALUES (1, 'first'), (2, 'second'), (3, 'third'); \
CREATE TABLE items (id int PRIMARY KEY, order_id int, \
FOREIGN KEY (order_id) REFERENCES orders (id)) ENGINE=InnoDB; \
INSERT INTO items VALUES (1, 1); \
CREATE TABLE `Log` (id int) ENGINE=InnoDB; \
INSERT INTO `Log` VALUES (77); \
CREATE VIEW cheap AS SELECT id FROM orders; \
CREATE TRIGGER stamp BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = COALESCE(NEW.note, 'x'); \
CREATE PROCEDURE twice(a int) SELECT a * 2; \
CREATE EVENT later ON SCHEDULE AT '2037-01-01 00:00:00' DO DELETE FROM orders";

struct Bench {
    server: MySqlServer,
}

impl Bench {
    fn of(server: MySqlServer) -> Self {
        server.create_database("shop");
        server.sql("shop", SAMPLE);
        Self { server }
    }

    fn dump(&self, switches: &[&str]) -> Ran {
        let url = self.server.url("shop");
        ran(&[&["dump", &url, "-o", "-", "-Z", "none"], switches].concat())
    }

    fn script(&self, switches: &[&str]) -> String {
        let dumped = self.dump(switches);
        assert_eq!(dumped.code, Some(0), "{switches:?}: {dumped:?}");
        dumped.out
    }
}

/// What a script makes, by what stands in it.
const TRACES: &[(&str, &str)] = &[
    ("orders", "CREATE TABLE `orders`"),
    ("items", "CREATE TABLE `items`"),
    ("log", "CREATE TABLE `Log`"),
    ("cheap", "VIEW `cheap`"),
    ("stamp", "TRIGGER `stamp`"),
    ("twice", "PROCEDURE `twice`"),
    ("later", "EVENT `later`"),
    ("rows of orders", "'second'"),
    ("rows of log", "INSERT INTO `Log`"),
];

fn made(script: &str) -> Vec<&'static str> {
    let traces = TRACES.iter().filter(|(_, trace)| script.contains(trace));
    traces.map(|(name, _)| *name).collect()
}

fn all(server: MySqlServer) {
    let bench = Bench::of(server);
    let all: Vec<&str> = TRACES.iter().map(|(name, _)| *name).collect();
    let without = |gone: &[&str]| -> Vec<&str> {
        all.iter()
            .filter(|name| !gone.contains(name))
            .copied()
            .collect()
    };
    let rows = ["rows of orders", "rows of log"];
    for (switches, wanted) in [
        (&[][..], all.clone()),
        (&["-t", "orders"], vec!["orders", "stamp", "rows of orders"]),
        (
            &["-t", "shop.ord*"],
            vec!["orders", "stamp", "rows of orders"],
        ),
        (
            &["-t", "orders", "-t", "cheap"],
            vec!["orders", "cheap", "stamp", "rows of orders"],
        ),
        (&["-t", "Log"], vec!["log", "rows of log"]),
        (
            &["-T", "orders"],
            without(&["orders", "stamp", "rows of orders"]),
        ),
        (&["-T", "nosuch"], all.clone()),
        (&["--exclude-table-data", "Log"], without(&["rows of log"])),
        (&["--where", "orders=id <> 2"], without(&["rows of orders"])),
        (&["--schema-only"], without(&rows)),
        (&["--data-only"], rows.to_vec()),
        (
            &["--section", "pre-data", "--section", "post-data"],
            without(&rows),
        ),
        (&["--section", "data"], rows.to_vec()),
        (
            &[
                "--no-privileges",
                "--inserts",
                "--strict-names",
                "--jobs",
                "auto",
            ],
            all.clone(),
        ),
    ] {
        assert_eq!(made(&bench.script(switches)), wanted, "{switches:?}");
    }
    refusals(&bench);
}

fn refusals(bench: &Bench) {
    for switches in [
        &["-t", "nosuch"][..],
        &["-t", "log"],
        &["-t", "orders", "-t", "nosuch"],
        &["--where", "orders=1; DROP TABLE items"],
        &["--where", "nosuch=1"],
        &["--where", "orders=1) INTO OUTFILE ('/tmp/x'"],
        &["--schema", "shop"],
        &["--no-owner"],
        &["--no-publications"],
        &["--extension", "x"],
        &["--snapshot", "x"],
        &["--rows-per-insert", "2"],
    ] {
        let refused = bench.dump(switches);
        assert_eq!(refused.code, Some(2), "{switches:?}: {refused:?}");
        assert!(refused.out.is_empty(), "{refused:?}");
        if switches[0].starts_with("--") && switches[0] != "--where" {
            assert!(refused.err.contains(switches[0]), "{refused:?}");
        }
    }
}

#[test]
fn mariadb_10_11() {
    all(MariaDb::start("10.11"));
}

#[test]
fn mysql_9_7() {
    all(MySql::start("9.7"));
}
