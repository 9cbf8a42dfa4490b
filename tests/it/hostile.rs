//! Names, texts and servers that try to reach the client's shell through the script.

use std::path::Path;

use tempfile::TempDir;

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, feed};

/// Each would run `touch c` if it were ever read outside of quotes.
const PAYLOADS: [&str; 9] = [
    "a\n\\! touch c\n--",
    "b';\\! touch c\n--",
    "c*/\\! touch c\n/*",
    "d\r\\! touch c\rx",
    "e\";\\! touch c\nx",
    "$$;\\! touch c\n$$",
    "f\n\\.\n\\! touch c\n\\.",
    "g`;\\! touch c\nx",
    "h\\';\n\\! touch c\nx",
];

fn quoted(quote: char, text: &str) -> String {
    let text = text.replace(quote, &format!("{quote}{quote}"));
    format!("{quote}{text}{quote}")
}

fn canary(folder: &TempDir) -> bool {
    folder.path().join("c").exists()
}

fn dump(url: &str, folder: &TempDir) -> (Ran, Vec<u8>) {
    let file = folder.path().join("dump.sql");
    let path = file.to_str().expect("a path");
    let ran = ran(&["dump", url, "--compress", "none", "--force", "-o", path]);
    (ran, std::fs::read(&file).unwrap_or_default())
}

fn restored(folder: &Path, url: &str) {
    let file = folder.join("dump.sql");
    let ran = ran(&["restore", file.to_str().expect("a path"), "--to", url]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

fn mysql_objects(payload: &str, number: usize) -> String {
    let name = quoted('`', payload);
    let text = quoted('\'', &payload.replace('\\', "\\\\"));
    let named = |prefix: &str| quoted('`', &format!("{prefix}{payload}"));
    format!(
        "CREATE TABLE {name} (id INT PRIMARY KEY AUTO_INCREMENT, {name} VARCHAR(99) DEFAULT {text} COMMENT {text},
           e ENUM({text}, 'x'), KEY {name} ({name})) COMMENT = {text};;
         INSERT INTO {name} ({name}, e) VALUES ({text}, {text}), (DEFAULT, 'x'), (NULL, NULL);;
         CREATE VIEW {view} AS SELECT {name} AS {name}, {text} AS t FROM {name};;
         CREATE PROCEDURE {name}() COMMENT {text} BEGIN SELECT {text}; SELECT {name} FROM {name}; END;;
         CREATE FUNCTION {name}() RETURNS TEXT DETERMINISTIC RETURN {text};;
         CREATE TRIGGER {trigger} BEFORE INSERT ON {name} FOR EACH ROW BEGIN SET @a = {text}; END;;
         CREATE EVENT {event} ON SCHEDULE EVERY 1 DAY DISABLE COMMENT {text} DO SELECT {text};;
         CREATE TABLE parts{number} (a INT) PARTITION BY RANGE (a)
           (PARTITION p0 VALUES LESS THAN (1) COMMENT = {text}, PARTITION p1 VALUES LESS THAN MAXVALUE);;\n",
        view = named("v"),
        trigger = named("t"),
        event = named("e"),
    )
}

fn names_do_not_reach_the_shell(server: &MySqlServer) {
    let folder = tempfile::tempdir().expect("a folder");
    let client = |database: &str, arguments: &[&str], script: &[u8]| {
        let mut client = server.client(database);
        feed(client.args(arguments).current_dir(folder.path()), script)
    };
    for database in ["a", "piped", "native"] {
        server.create_database(database);
    }
    for (number, payload) in PAYLOADS.into_iter().enumerate() {
        let objects = format!("DELIMITER ;;\n{}", mysql_objects(payload, number));
        client("a", &["--binary-mode", "--comments"], objects.as_bytes()).expect(payload);
    }
    let (ran, script) = dump(&server.url("a"), &folder);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    client("piped", &["--comments"], &script).expect("the script loads");
    restored(folder.path(), &server.url("native"));
    assert!(!canary(&folder), "a name ran a command");
    oracle::mysql((server, "a"), (server, "piped")).expect("equal by the client");
    oracle::mysql((server, "a"), (server, "native")).expect("equal natively");
    let ran = client("a", &[], b"\\! touch c\n");
    // Some versions of the client have no such command unless told.
    let unknown = ran.is_err_and(|error| error.contains("Unknown command"));
    assert!(
        canary(&folder) || unknown,
        "the test would not have seen it"
    );
}

#[test]
fn names_in_mariadb_do_not_reach_the_shell() {
    names_do_not_reach_the_shell(&MariaDb::start("10.11"));
}

#[test]
fn names_in_mysql_do_not_reach_the_shell() {
    names_do_not_reach_the_shell(&MySql::start("9.7"));
}
