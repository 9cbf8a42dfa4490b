//! `dump`, `globals`, `restore`, `verify` and `show` as users run them, on PostgreSQL.

use std::path::PathBuf;
use std::process::Command;

use crate::support::command::{Ran, dumpkeep, finished, ran};
use crate::support::oracle;
use crate::support::server::{Postgres, feed, output};

const SHOP: &str = r#"
CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('sad', 'it''s fine');
CREATE TABLE app.orders (id serial PRIMARY KEY, note text NOT NULL, mood app.mood, price numeric(10, 2));
INSERT INTO app.orders (note, mood, price)
  SELECT i || E'\t\\.\n\\N', 'sad', i / 3.0 FROM generate_series(1, 30000) i;
CREATE TABLE app.items (id int PRIMARY KEY, order_id int REFERENCES app.orders (id));
INSERT INTO app.items SELECT i, i FROM generate_series(1, 500) i;
CREATE TABLE app.nothing (a int);
CREATE INDEX ON app.orders (note);
CREATE VIEW app.cheap AS SELECT id FROM app.orders WHERE price < 10;
CREATE FUNCTION app.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2; -- \connect other';
"#;

struct Shop {
    server: Postgres,
    folder: tempfile::TempDir,
}

impl Shop {
    fn open(version: &str) -> Self {
        let server = Postgres::start(version);
        server.create_database("shop");
        server.sql("shop", SHOP);
        let folder = tempfile::tempdir().expect("a folder");
        Self { server, folder }
    }

    fn dump(&self, name: &str, more: &[&str]) -> String {
        let file = text(&self.folder.path().join(name));
        let url = self.server.url("shop");
        good(ran(&[&["dump", &url, "-o", &file], more].concat()));
        file
    }

    fn restore(&self, file: &str, database: &str, more: &[&str]) -> Ran {
        let url = self.server.url(database);
        ran(&[&["restore", file, "--to", &url], more].concat())
    }

    fn equal(&self, database: &str) {
        oracle::postgres((&self.server, "shop"), (&self.server, database)).expect(database);
    }

    fn empty(&self, database: &str) {
        self.server
            .sql("postgres", &format!("DROP DATABASE IF EXISTS {database}"));
        self.server.create_database(database);
    }

    fn psql(&self, file: &str, database: &str) {
        let script = Command::new("zstd").args(["-dc", file]).output();
        let mut client = self.server.psql(database);
        feed(&mut client, &script.expect("zstd").stdout).expect("psql takes it");
    }
}

fn text(path: &std::path::Path) -> String {
    path.display().to_string()
}

fn good(ran: Ran) -> String {
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran.out
}

fn refused(ran: &Ran, code: i32, says: &str) {
    assert_eq!(ran.code, Some(code), "{}", ran.err);
    assert!(ran.err.contains(says), "{}", ran.err);
}

fn every_way(version: &str) {
    let shop = Shop::open(version);
    let file = shop.dump("a", &["--jobs", "3"]);
    shop.empty("natively");
    good(shop.restore(&file, "natively", &[]));
    shop.equal("natively");
    shop.empty("piped");
    let archive = std::fs::File::open(&file).expect("the archive");
    let mut piped = dumpkeep();
    piped.args([
        "restore",
        "-",
        "--single-transaction",
        "--to",
        &shop.server.url("piped"),
    ]);
    good(finished(piped.stdin(archive).output().expect("dumpkeep")));
    shop.equal("piped");
    shop.empty("script");
    shop.psql(&file, "script");
    shop.equal("script");
    let verified = good(ran(&[
        "verify",
        &file,
        "--restore-to",
        &shop.server.url("postgres"),
    ]));
    assert!(verified.contains("30500 rows"), "{verified}");
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'dumpkeep%'";
    assert_eq!(shop.server.sql("postgres", left).trim(), "0");
}

#[test]
fn an_archive_of_postgres_12_comes_back_by_every_way() {
    every_way("12");
}

#[test]
fn an_archive_of_postgres_15_comes_back_by_every_way() {
    every_way("15");
}

#[test]
fn an_archive_of_postgres_18_comes_back_by_every_way() {
    every_way("18");
}

#[test]
fn tables_are_taken_out_alone() {
    let shop = Shop::open("15");
    let file = shop.dump("a", &[]);
    shop.server.sql("shop", "DROP TABLE app.orders CASCADE");
    good(shop.restore(&file, "shop", &["--table", "app.orders"]));
    let count = shop.server.sql("shop", "SELECT count(*) FROM app.orders");
    assert_eq!(count.trim(), "30000");
    let next = shop
        .server
        .sql("shop", "SELECT nextval('app.orders_id_seq')");
    assert_eq!(next.trim(), "30001");
    let indexes = "SELECT count(*) FROM pg_indexes WHERE tablename = 'orders'";
    assert_eq!(shop.server.sql("shop", indexes).trim(), "2");
    shop.empty("b");
    good(shop.restore(&file, "b", &["--schema", "app"]));
    let count = shop.server.sql("b", "SELECT count(*) FROM app.cheap");
    assert_ne!(count.trim(), "0");
}

#[test]
fn the_database_is_made_on_request() {
    let shop = Shop::open("15");
    shop.server
        .sql("shop", "ALTER DATABASE shop SET work_mem = '5MB'");
    let plain = shop.dump("plain", &[]);
    let creating = shop.dump("creating", &["--create"]);
    shop.empty("copy");
    good(shop.restore(&plain, "copy", &[]));
    for file in [&plain, &creating] {
        good(ran(&["verify", file]));
        shop.server.sql("postgres", "DROP DATABASE shop");
        good(shop.restore(file, "postgres", &["--create"]));
        shop.equal("copy");
        refused(&shop.restore(file, "postgres", &["--create"]), 1, "shop");
        good(shop.restore(file, "postgres", &["--create", "--clean"]));
        shop.equal("copy");
    }
    shop.server.sql("postgres", "DROP DATABASE shop");
    shop.psql(&creating, "postgres");
    shop.equal("copy");
    let strays = "SELECT count(*) FROM pg_namespace WHERE nspname = 'app'";
    assert_eq!(shop.server.sql("postgres", strays).trim(), "0");
    let set = shop.server.sql("shop", "SHOW work_mem");
    assert_eq!(set.trim(), "5MB");
}

#[test]
fn all_or_nothing() {
    let shop = Shop::open("15");
    let file = shop.dump("a", &[]);
    shop.empty("b");
    shop.server
        .sql("b", "CREATE SCHEMA app; CREATE VIEW app.cheap AS SELECT 1");
    let more = ["--into-existing", "--single-transaction"];
    refused(&shop.restore(&file, "b", &more), 1, "app");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'app'";
    assert_eq!(shop.server.sql("b", tables).trim(), "0");
    refused(&shop.restore(&file, "b", &[]), 2, "objects already");
    refused(
        &shop.restore(&file, "b", &["--into-existing", "--keep-going"]),
        1,
        "failed",
    );
    assert_eq!(shop.server.sql("b", tables).trim(), "3");
    good(shop.restore(&file, "b", &["--clean"]));
    shop.equal("b");
}

#[test]
fn a_deterministic_dump_is_the_same_twice() {
    let shop = Shop::open("15");
    let scripts: Vec<String> = ["a", "b"]
        .iter()
        .map(|name| {
            let file = shop.dump(name, &["--deterministic"]);
            output(Command::new("zstd").args(["-dc", &file])).expect("zstd")
        })
        .collect();
    assert!(scripts[0] == scripts[1]);
}

#[test]
fn accounts_that_exist_stay_as_they_are() {
    let from = Postgres::start("15");
    from.sql(
        "postgres",
        "CREATE ROLE old CREATEDB LOGIN; CREATE ROLE new; GRANT old TO new; \
         ALTER ROLE old SET work_mem = '5MB'; ALTER ROLE new SET work_mem = '6MB'",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = text(&PathBuf::from(folder.path()).join("globals"));
    good(ran(&["globals", &from.url("postgres"), "-o", &file]));
    let to = Postgres::start("15");
    to.sql("postgres", "CREATE ROLE old NOLOGIN");
    let url = to.url("postgres");
    let restored = ran(&["restore", &file, "--to", &url]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(restored.err.contains("role old exists"), "{}", restored.err);
    assert!(
        restored
            .err
            .contains("the one that this restore came in with"),
        "{}",
        restored.err
    );
    let login = "SELECT rolcanlogin, rolconfig IS NULL FROM pg_roles WHERE rolname = 'old'";
    assert_eq!(to.sql("postgres", login).trim(), "f|t");
    let member = "SELECT count(*) FROM pg_auth_members WHERE member = 'new'::regrole";
    assert_eq!(to.sql("postgres", member).trim(), "1");
    let overwritten = ran(&["restore", &file, "--to", &url, "--overwrite-existing"]);
    assert_eq!(overwritten.code, Some(0), "{}", overwritten.err);
    assert!(
        overwritten.err.contains("came in with"),
        "{}",
        overwritten.err
    );
    oracle::postgres_globals(&from, &to).expect("equal globals");
}

#[test]
fn texts_without_an_encoding_are_not_guessed_at() {
    let server = Postgres::start("15");
    server.sql(
        "postgres",
        "CREATE DATABASE raw TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'",
    );
    server.sql(
        "raw",
        "CREATE TABLE t (a text); INSERT INTO t VALUES (E'caf\\351')",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = text(&folder.path().join("raw"));
    good(ran(&["dump", &server.url("raw"), "-o", &file]));
    server.create_database("utf8");
    let url = server.url("utf8");
    refused(&ran(&["restore", &file, "--to", &url]), 1, "SQL_ASCII");
    assert_eq!(
        server
            .sql(
                "utf8",
                "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            )
            .trim(),
        "0"
    );
    good(ran(&[
        "restore",
        &file,
        "--to",
        &url,
        "--assume-encoding",
        "LATIN1",
    ]));
    assert_eq!(server.sql("utf8", "SELECT a FROM t").trim(), "café");
    good(ran(&[
        "restore",
        &file,
        "--create",
        "--clean",
        "--to",
        &server.url("postgres"),
    ]));
    assert_eq!(
        server
            .sql("raw", "SELECT encode(a::bytea, 'hex') FROM t")
            .trim(),
        "636166e9"
    );
}
