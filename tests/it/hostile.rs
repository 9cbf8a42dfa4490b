//! Names, texts and servers that try to reach the client's shell through the script.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;

use bstr::ByteSlice;
use tempfile::TempDir;

use crate::support::command::{Ran, ran};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer, Postgres, feed};

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
    drop(std::fs::remove_file(&file));
    let path = file.to_str().expect("a path");
    let ran = ran(&["dump", url, "--compress", "none", "--force", "-o", path]);
    (ran, std::fs::read(&file).unwrap_or_default())
}

fn postgres_objects(payload: &str) -> String {
    let name = quoted('"', payload);
    let text = quoted('\'', payload);
    format!(
        "CREATE SCHEMA {name};
         COMMENT ON SCHEMA {name} IS {text};
         CREATE TYPE {name}.{kind} AS ENUM ({text});
         CREATE TABLE {name}.{name} (id serial PRIMARY KEY, {name} text DEFAULT {text},
           CONSTRAINT {name} CHECK ({name} <> {text} || 'x'));
         COMMENT ON COLUMN {name}.{name}.{name} IS {text};
         INSERT INTO {name}.{name} ({name}) VALUES ({text}), (DEFAULT), (E'\\\\.'), (NULL);
         CREATE INDEX {index} ON {name}.{name} (({name} || {text})) WHERE {name} <> {text};
         CREATE VIEW {name}.{view} AS SELECT {name} AS {name}, {text}::text AS t FROM {name}.{name};
         CREATE FUNCTION {name}.{name}({name} text DEFAULT {text}) RETURNS text LANGUAGE plpgsql
           SET application_name = {text} AS {body};
         CREATE FUNCTION {name}.{view}() RETURNS text BEGIN ATOMIC SELECT {text} AS a; SELECT {text} AS b; END;
         CREATE RULE {name} AS ON UPDATE TO {name}.{view} DO INSTEAD (SELECT {text} AS a; SELECT 1 AS b);
         CREATE POLICY {name} ON {name}.{name} USING ({name} = {text});
         CREATE TRIGGER {name} BEFORE INSERT ON {name}.{name} FOR EACH ROW
           EXECUTE FUNCTION suppress_redundant_updates_trigger({text});\n",
        kind = quoted('"', &format!("k{payload}")),
        index = quoted('"', &format!("i{payload}")),
        view = quoted('"', &format!("v{payload}")),
        body = quoted('\'', &format!("BEGIN -- \n RETURN {text}; END")),
    )
}

#[test]
fn names_in_postgres_do_not_reach_the_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Postgres::start("18");
    let psql = |database: &str, script: &[u8]| {
        feed(server.psql(database).current_dir(folder.path()), script)
    };
    for database in ["a", "piped", "native"] {
        server.create_database(database);
    }
    for payload in PAYLOADS {
        server.sql("a", &postgres_objects(payload));
    }
    let (ran, script) = dump(&server.url("a"), &folder);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    psql("piped", &script).expect("the script loads");
    restored(folder.path(), &server.url("native"));
    assert!(!canary(&folder), "a name ran a command");
    oracle::postgres((&server, "a"), (&server, "piped")).expect("equal by psql");
    oracle::postgres((&server, "a"), (&server, "native")).expect("equal natively");
    psql("a", b"\\! touch c\n").expect("psql runs commands");
    assert!(canary(&folder), "the test would not have seen it");
}

fn restored(folder: &Path, url: &str) {
    let file = folder.join("dump.sql");
    let ran = ran(&["restore", file.to_str().expect("a path"), "--to", url]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

/// What a server says, and what it is made to say instead.
const LIES: [(&str, &str); 9] = [
    ("'default_of_a_column_with_some_room'", "1; DROP TABLE t"),
    ("'default_of_a_column_with_some_room'", "1\n\\! touch c\n"),
    ("'default_of_a_column_with_some_room'", "'a"),
    ("'default_of_a_column_with_some_room'", "(1"),
    ("'check_of_a_table_with_some_room'", "a)); \\! touch c\n--"),
    (
        "'view_with_some_room_for_another'",
        "1; DROP TABLE t; SELECT 2",
    ),
    ("'view_with_some_room_for_another'", "1 \\gexec"),
    ("'index_with_some_room_for_more'", "a)); DROP TABLE t; --"),
    ("type_with_some_room_for_another", "int); \\! touch c\n--"),
];

const TOLD: &str = "
    CREATE DOMAIN type_with_some_room_for_another AS int;
    CREATE TABLE t (a text DEFAULT 'default_of_a_column_with_some_room', b type_with_some_room_for_another,
      CHECK (a <> 'check_of_a_table_with_some_room'));
    CREATE VIEW v AS SELECT 'view_with_some_room_for_another'::text AS a;
    CREATE INDEX ON t ((a || 'index_with_some_room_for_more'));";

/// A proxy that says `lie`, filled up with spaces, wherever the server says `truth`.
fn liar(server: &Postgres, truth: &str, lie: &str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let socket = server
        .socket_folder()
        .join(format!(".s.PGSQL.{}", server.port()));
    let (truth, lie) = (
        truth.to_owned(),
        format!("{lie:width$}", width = truth.len()),
    );
    assert_eq!(truth.len(), lie.len(), "the messages keep their lengths");
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            client.set_nodelay(true).expect("no delay");
            let server = UnixStream::connect(&socket).expect("the server");
            let (mut to_server, mut from_client) = (
                server.try_clone().expect("a handle"),
                client.try_clone().expect("a handle"),
            );
            thread::spawn(move || drop(io::copy(&mut from_client, &mut to_server)));
            let (truth, lie) = (truth.clone(), lie.clone());
            thread::spawn(move || retell(server, client, truth.as_bytes(), lie.as_bytes()));
        }
    });
    port
}

/// Passes whole messages on: a type, a length that counts itself, the rest.
fn retell(
    mut server: UnixStream,
    mut client: TcpStream,
    truth: &[u8],
    lie: &[u8],
) -> io::Result<()> {
    loop {
        let mut message = vec![0; 5];
        server.read_exact(&mut message)?;
        let length = u32::from_be_bytes([message[1], message[2], message[3], message[4]]);
        message.resize(1 + usize::try_from(length).map_err(io::Error::other)?, 0);
        server.read_exact(&mut message[5..])?;
        client.write_all(&message.replace(truth, lie))?;
    }
}

#[test]
fn a_postgres_that_lies_is_an_error_that_names_the_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Postgres::start("18");
    server.create_database("a");
    server.sql("a", TOLD);
    for (truth, lie) in LIES {
        let port = liar(&server, truth, lie);
        let url = format!("postgres://postgres@127.0.0.1:{port}/a?sslmode=disable");
        let (ran, script) = dump(&url, &folder);
        assert_ne!(
            ran.code,
            Some(0),
            "said {lie}: {}",
            String::from_utf8_lossy(&script)
        );
        assert!(script.is_empty(), "{lie}: an archive was left");
        assert!(ran.err.contains("cannot write "), "{lie}: {}", ran.err);
    }
    let port = liar(&server, "nothing that it says", "");
    let url = format!("postgres://postgres@127.0.0.1:{port}/a?sslmode=disable");
    assert_eq!(dump(&url, &folder).0.code, Some(0), "the truth is no lie");
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
