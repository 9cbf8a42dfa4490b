//! `dump`, `globals`, `restore`, `verify` and `show` as users run them, on MariaDB.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::command::{Ran, dumpkeep, finished, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySqlServer, feed, output};

const SHOP: &str = "\
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, note TEXT, price FLOAT, at TIMESTAMP NULL);
INSERT INTO orders (note, price) SELECT CONCAT('it''s\\n', seq), seq / 3 FROM seq_1_to_30000;
CREATE TABLE items (id INT PRIMARY KEY, order_id INT, FOREIGN KEY (order_id) REFERENCES orders (id));
INSERT INTO items SELECT seq, seq FROM seq_1_to_500;
CREATE TABLE nothing (a INT);
CREATE VIEW cheap AS SELECT id FROM orders WHERE price < 10;
DELIMITER ;;
CREATE PROCEDURE tidy() BEGIN DELETE FROM nothing; SELECT 1; END;;
CREATE TRIGGER `noted` BEFORE INSERT ON `orders` FOR EACH ROW BEGIN SET NEW.note = UPPER(NEW.note); END;;
DELIMITER ;
";

struct Shop {
    server: MySqlServer,
    folder: tempfile::TempDir,
}

impl Shop {
    fn open() -> Self {
        let server = MariaDb::start("10.11");
        server.create_database("shop");
        server.sql("shop", SHOP);
        let folder = tempfile::tempdir().expect("a folder");
        Self { server, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn dump(&self, name: &str, more: &[&str]) -> String {
        let file = text(&self.file(name));
        let url = self.server.url("shop");
        good(ran(&[&["dump", &url, "-o", &file], more].concat()));
        file
    }

    fn restore(&self, file: &str, database: &str, more: &[&str]) -> Ran {
        let url = self.server.url(database);
        ran(&[&["restore", file, "--to", &url], more].concat())
    }

    fn equal(&self, database: &str) {
        oracle::mysql((&self.server, "shop"), (&self.server, database)).expect(database);
    }

    fn empty(&self, database: &str) {
        self.server
            .sql("", &format!("DROP DATABASE IF EXISTS {database}"));
        self.server.create_database(database);
    }
}

fn text(path: &Path) -> String {
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

#[test]
fn an_archive_comes_back_by_every_way() {
    let shop = Shop::open();
    let file = shop.dump("a", &["--jobs", "3"]);

    shop.empty("natively");
    good(shop.restore(&file, "natively", &[]));
    shop.equal("natively");

    shop.empty("piped");
    let archive = std::fs::File::open(&file).expect("the archive");
    let mut piped = dumpkeep();
    piped.args(["restore", "-", "--to", &shop.server.url("piped")]);
    good(finished(piped.stdin(archive).output().expect("dumpkeep")));
    shop.equal("piped");

    shop.empty("script");
    let script = Command::new("zstd").args(["-dc", &file]).output();
    let mut client = shop.server.client("script");
    client.args(["--binary-mode", "--comments"]);
    feed(&mut client, &script.expect("zstd").stdout).expect("the client takes it");
    shop.equal("script");

    let verified = good(ran(&[
        "verify",
        &file,
        "--restore-to",
        &shop.server.url("mysql"),
    ]));
    assert!(verified.contains("30500 rows"), "{verified}");
    assert!(verified.contains("restored"), "{verified}");
    let databases = shop.server.sql("", "SHOW DATABASES LIKE 'dumpkeep%'");
    assert_eq!(databases, "");
}

#[test]
fn every_compressor_makes_the_same_archive() {
    let shop = Shop::open();
    let mut scripts = Vec::new();
    for (method, tool) in [
        ("zstd:1", Some("zstd")),
        ("gzip", Some("gzip")),
        ("xz:0", Some("xz")),
        ("bzip2", Some("bzip2")),
        ("none", None),
    ] {
        let file = shop.dump(method, &["--compress", method, "--deterministic"]);
        good(ran(&["verify", &file]));
        let script = match tool {
            Some(tool) => output(Command::new(tool).args(["-dc", &file])).expect("the tool"),
            None => std::fs::read_to_string(&file).expect("the script"),
        };
        let end = script.find("-- dumpkeep: complete\n").expect("its end");
        scripts.push(script[..end].to_owned());
        shop.empty("b");
        let archive = std::fs::File::open(&file).expect("the archive");
        let mut piped = dumpkeep();
        piped.args(["restore", "-", "--to", &shop.server.url("b")]);
        good(finished(piped.stdin(archive).output().expect("dumpkeep")));
        shop.equal("b");
        shop.empty("b");
        good(shop.restore(&file, "b", &[]));
        shop.equal("b");
    }
    assert!(scripts.iter().all(|script| *script == scripts[0]));
}

#[test]
fn show_lists_what_is_there() {
    let shop = Shop::open();
    let file = shop.dump("a", &["--jobs=2", "--no-privileges"]);
    let toc: Value = serde_json::from_str(&good(ran(&["show", "--json", &file]))).expect("JSON");
    assert_eq!(toc["head"]["database"], "shop");
    assert_eq!(toc["head"]["switches"][0], "--no-privileges");
    let entries = toc["entries"].as_array().expect("entries");
    let rows = |name: &str| {
        let mut data = entries.iter().filter(|e| e["kind"] == "table_data");
        data.find(|e| e["name"] == name).expect(name)["rows"].clone()
    };
    assert_eq!(rows("orders"), 30000);
    assert_eq!(rows("nothing"), 0);
    let shown = good(ran(&["show", &file]));
    assert!(
        shown.contains("orders") && shown.contains("MariaDB"),
        "{shown}"
    );
    let sql = good(ran(&["show", "--sql", "--table", "items", &file]));
    assert!(sql.contains("CREATE TABLE `items`"), "{sql}");
    assert!(!sql.contains("CREATE TABLE `orders`"), "{sql}");
}

#[test]
fn tables_are_taken_out_alone() {
    let shop = Shop::open();
    let file = shop.dump("a", &[]);
    shop.empty("b");
    good(shop.restore(&file, "b", &["--table", "orders"]));
    let tables = shop.server.sql("b", "SHOW TABLES");
    assert_eq!(tables.trim(), "orders");
    let triggers = shop.server.sql("b", "SHOW TRIGGERS");
    assert!(triggers.contains("noted"), "{triggers}");
    assert_eq!(
        shop.server.sql("b", "SELECT COUNT(*) FROM orders").trim(),
        "30000"
    );
    refused(
        &shop.restore(&file, "b", &["--table", "no*such"]),
        2,
        "no table",
    );
    good(shop.restore(&file, "b", &["--table", "orders", "--clean"]));
    assert_eq!(
        shop.server.sql("b", "SELECT COUNT(*) FROM orders").trim(),
        "30000"
    );
}

#[test]
fn the_database_is_made_on_request() {
    let shop = Shop::open();
    let plain = shop.dump("plain", &[]);
    let creating = shop.dump("creating", &["--create"]);
    let script = output(Command::new("zstd").args(["-dc", &plain])).expect("zstd");
    assert!(
        !script.contains("CREATE DATABASE") && !script.contains("DROP "),
        "{script}"
    );
    shop.server.sql("", "CREATE DATABASE kept");
    shop.empty("copy");
    good(shop.restore(&plain, "copy", &[]));
    for file in [&plain, &creating] {
        good(ran(&["verify", file]));
        shop.server.sql("", "DROP DATABASE shop");
        good(shop.restore(file, "kept", &["--create"]));
        shop.equal("copy");
        refused(&shop.restore(file, "kept", &["--create"]), 1, "shop");
        good(shop.restore(file, "kept", &["--create", "--clean"]));
        shop.equal("copy");
    }
    shop.server.sql("", "DROP DATABASE shop");
    let script = Command::new("zstd").args(["-dc", &creating]).output();
    let mut client = shop.server.client("kept");
    client.args(["--binary-mode", "--comments"]);
    feed(&mut client, &script.expect("zstd").stdout).expect("the client takes it");
    shop.equal("copy");
    assert_eq!(shop.server.sql("kept", "SHOW TABLES"), "");
    shop.empty("b");
    good(shop.restore(&creating, "b", &[]));
    shop.equal("b");
}

#[test]
fn a_filled_database_is_not_loaded_into_unasked() {
    let shop = Shop::open();
    let file = shop.dump("a", &["--clean", "--if-exists"]);
    refused(&shop.restore(&file, "shop", &[]), 2, "objects already");
    refused(
        &shop.restore(&file, "shop", &["--into-existing"]),
        1,
        "restoring",
    );
    let going = shop.restore(
        &file,
        "shop",
        &["--into-existing", "--keep-going", "--schema-only"],
    );
    refused(&going, 1, "statements failed");
    shop.empty("copy");
    good(shop.restore(&file, "copy", &[]));
    good(shop.restore(&file, "shop", &["--clean"]));
    shop.equal("copy");
    let script = Command::new("zstd").args(["-dc", &file]).output();
    let mut client = shop.server.client("copy");
    client.args(["--binary-mode", "--comments"]);
    feed(&mut client, &script.expect("zstd").stdout).expect("it cleans and loads");
    shop.equal("copy");
}

#[test]
fn a_broken_archive_is_refused_before_anything_is_run() {
    let shop = Shop::open();
    let file = shop.dump("a", &[]);
    let whole = std::fs::read(&file).expect("the archive");
    let broken = text(&shop.file("broken"));
    shop.empty("b");
    for at in [whole.len() / 3, whole.len() - 40] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&broken, bytes).expect("a file");
        refused(&ran(&["verify", &file, &broken]), 1, "at byte");
        refused(&shop.restore(&broken, "b", &[]), 1, "at byte");
        assert_eq!(shop.server.sql("b", "SHOW TABLES"), "");
    }
    std::fs::write(&broken, &whole[..whole.len() - 1]).expect("a file");
    refused(&ran(&["show", &broken]), 1, "cut");
    refused(&ran(&["verify", &broken]), 1, "cut");
    std::fs::write(&broken, "GARBAGE").expect("a file");
    refused(&ran(&["show", &broken]), 1, "not a dumpkeep archive");
    refused(&ran(&["show", &text(shop.folder.path())]), 1, "folder");
}

#[test]
fn output_goes_where_it_should_and_nowhere_else() {
    let shop = Shop::open();
    let file = shop.dump("a", &[]);
    let url = shop.server.url("shop");
    let before = std::fs::read(&file).expect("the archive");
    refused(&ran(&["dump", &url, "-o", &file]), 2, "--force");
    assert_eq!(std::fs::read(&file).expect("the archive"), before);
    good(ran(&["dump", &url, "-o", &file, "--force"]));
    good(ran(&["verify", &file]));
    refused(
        &ran(&["dump", &url, "-o", &text(shop.folder.path())]),
        1,
        "folder",
    );
    refused(
        &ran(&["dump", &url, "-o", "/proc/nowhere/a"]),
        1,
        "no folder /proc/nowhere",
    );
    refused(
        &ran(&["dump", &url, "-o", &text(&shop.file("mistyped/a"))]),
        1,
        "no folder",
    );
    good(ran(&["dump", &url, "-o", "/dev/null"]));
    let mut piped = dumpkeep();
    let piped = piped.args(["dump", &url]).stdout(Stdio::piped()).output();
    let piped = piped.expect("dumpkeep");
    let second = shop.file("piped");
    std::fs::write(&second, piped.stdout).expect("a file");
    good(ran(&["verify", &text(&second)]));
    let names = std::fs::read_dir(shop.folder.path()).expect("the folder");
    assert_eq!(names.count(), 2);
    let redirected = |more: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("exec \"$@\" {more}"), "sh"]);
        shell
            .arg(env!("CARGO_BIN_EXE_dumpkeep"))
            .args(["dump", &url]);
        finished(shell.output().expect("sh"))
    };
    refused(&redirected(">&-"), 2, "standard output is closed");
    good(redirected(">/dev/null"));
    let third = text(&shop.file("third"));
    good(redirected(&format!("-o /dev/stdout --force >{third}")));
    good(ran(&["verify", &third]));
}

#[test]
fn wrong_input_is_said_without_secrets() {
    let shop = Shop::open();
    shop.server
        .sql("", "CREATE USER someone@localhost IDENTIFIED BY 'right'");
    let socket = text(&shop.server.socket());
    let to = text(&shop.file("a"));
    for (url, code, says) in [
        (
            format!("mysql://someone:sesame@/shop?socket={socket}"),
            1,
            "ccess denied",
        ),
        (format!("mysql://root@/nosuch?socket={socket}"), 1, "nosuch"),
        (
            "mysql://root:sesame@127.0.0.1:1/shop".into(),
            1,
            "cannot connect",
        ),
        (format!("mysql://root@/?socket={socket}"), 2, "no database"),
        ("oracle://root:sesame@/shop".into(), 2, "which server"),
        (
            format!("mysql://root:sesame@/shop?socket={socket}&no-such=1"),
            2,
            "no-such",
        ),
    ] {
        let ran = ran(&["dump", &url, "-o", &to]);
        refused(&ran, code, says);
        assert!(!ran.err.contains("sesame"), "{}", ran.err);
        assert!(!Path::new(&to).exists());
    }
    refused(
        &ran(&["dump", &shop.server.url("shop"), "-Z", "lz4"]),
        2,
        "lz4",
    );
}
