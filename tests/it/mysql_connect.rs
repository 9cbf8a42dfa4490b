//! Reaching MySQL and MariaDB: passwords in every form, TLS in every mode, refusals that say what
//! to do, and servers that lie.

use dumpkeep::env::Env;
use dumpkeep::error::{Error, Kind};
use dumpkeep::mysql::conninfo;
use dumpkeep::mysql::facts::Flavor;
use dumpkeep::mysql::optionfile::Disk;
use dumpkeep::mysql::session::Session;
use dumpkeep::sql::rows::Rows;

use crate::support::canned_mysql::{Canned, OK, greeting, packet};
use crate::support::mysql_archive::{nowhere, wait};
use crate::support::server::{MariaDb, MySql, MySqlServer};

const SECRET: &str = "hunter2";

/// Connects and asks something; no answer, good or bad, may hold the password.
fn ask(url: &str, env: &Env, sql: &str) -> Result<Rows, Error> {
    let rows: Result<Rows, Error> = wait(async {
        let settings = conninfo::resolve(url, env, &Disk)?;
        assert!(!format!("{settings:?}").contains(SECRET));
        let mut session = Session::open(&settings).await?;
        let rows = session.query(sql).await?;
        session.close().await?;
        Ok(rows)
    });
    if let Err(error) = &rows {
        let all = format!("{error:?} {}", error.report());
        assert!(!all.contains(SECRET), "{all}");
    }
    rows
}

fn works(url: &str) {
    let rows = ask(url, &nowhere(), "SELECT 1 AS one").unwrap_or_else(|e| panic!("{}", e.report()));
    assert_eq!(rows.first().expect("a row").str("one").expect("one"), "1");
}

/// The report of a connection that is refused.
fn refused(url: &str) -> String {
    let error = ask(url, &nowhere(), "SELECT 1 AS one").expect_err(url);
    assert_eq!(error.kind(), Kind::Connect, "{}", error.report());
    error.report()
}

fn has(report: &str, parts: &[&str]) {
    for part in parts {
        assert!(report.contains(part), "{part}: {report}");
    }
}

fn with(url: &str, parameters: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}{parameters}")
}

fn refusals(server: &MySqlServer) {
    server.sql(
        "",
        "CREATE USER who IDENTIFIED BY 'hunter2'; CREATE DATABASE d; GRANT ALL ON d.* TO who;",
    );
    let good = server.tcp_url("who:hunter2", "d");
    works(&good);
    has(
        &refused(&server.tcp_url("who:wrong", "d")),
        &[
            "(1045)",
            "hint: Check the user, the password",
            "connecting to localhost:",
        ],
    );
    has(
        &refused(&server.tcp_url("nobody:hunter2", "d")),
        &["(1045)"],
    );
    let root = server.tcp_url("root", "nowhere");
    has(&refused(&root), &["(1049)", "Check the database's name"]);
    has(
        &refused("mysql://who:hunter2@127.0.0.1:1/d"),
        &["cannot connect to 127.0.0.1:1", "Is the server running"],
    );
    has(
        &refused("mysql://who@no-such-host.invalid/d"),
        &["cannot connect to no-such-host.invalid:3306"],
    );
    has(
        &refused("mysql://who@h/d?socket=/nowhere/s"),
        &["cannot connect to /nowhere/s"],
    );
}

#[test]
fn mariadb_refusals_say_what_to_do() {
    refusals(&MariaDb::with("10.11").tcp().start());
}

#[test]
fn mysql_refusals_say_what_to_do() {
    refusals(&MySql::with("9.7").tls().start());
}

fn is_encrypted(url: &str) -> bool {
    let rows = ask(url, &nowhere(), "SHOW STATUS LIKE 'Ssl_cipher'");
    let rows = rows.unwrap_or_else(|error| panic!("{}", error.report()));
    !rows
        .first()
        .expect("a row")
        .str("Value")
        .expect("text")
        .is_empty()
}

fn tls(server: &MySqlServer) {
    let url = server.tcp_url("root", "");
    let ca = format!("ssl-ca={}", server.authority().display());
    assert!(is_encrypted(&url), "PREFERRED is the default");
    assert!(!is_encrypted(&with(&url, "ssl-mode=DISABLED")));
    assert!(is_encrypted(&with(&url, "ssl-mode=REQUIRED")));
    for mode in ["VERIFY_CA", "VERIFY_IDENTITY"] {
        let mode = format!("ssl-mode={mode}");
        assert!(is_encrypted(&with(&url, &format!("{mode}&{ca}"))));
        // the system's authorities know nothing of ours
        let report = ask(&with(&url, &mode), &nowhere(), "SELECT 1")
            .expect_err("unknown")
            .report();
        has(&report, &["ssl-ca"]);
    }
    // on a socket only on demand
    assert!(!is_encrypted(&server.url("")));
    assert!(is_encrypted(&with(&server.url(""), "ssl-mode=REQUIRED")));
    let error = ask(
        &with(&url, "ssl-mode=VERIFY_CA&ssl-ca=/nowhere"),
        &nowhere(),
        "SELECT 1",
    );
    assert_eq!(error.expect_err("no file").kind(), Kind::Config);
}

#[test]
fn mariadb_tls_in_every_mode() {
    tls(&MariaDb::with("10.11").tls().start());
}

#[test]
fn mysql_tls_in_every_mode() {
    tls(&MySql::with("9.7").tls().start());
}

#[test]
fn tls_that_is_demanded_and_absent_is_an_error() {
    let server = MariaDb::with("10.11").tcp().start();
    let url = with(&server.tcp_url("root", ""), "ssl-mode=REQUIRED");
    has(
        &refused(&url),
        &[
            "TLS is demanded, but the server has none",
            "ssl-mode=PREFERRED",
        ],
    );
}

#[test]
fn a_certificate_that_the_server_made_itself_has_no_name() {
    let server = MySql::with("9.7").tcp().start();
    let data = server.sql("", "SELECT @@datadir");
    let ca = format!("ssl-ca={data}/ca.pem");
    let url = server.tcp_url("root", "");
    assert!(is_encrypted(&with(
        &url,
        &format!("ssl-mode=VERIFY_CA&{ca}")
    )));
    has(
        &refused(&with(&url, &format!("ssl-mode=VERIFY_IDENTITY&{ca}"))),
        &[
            "no TLS with localhost:",
            "subject alternative name",
            "VERIFY_CA",
        ],
    );
}

#[test]
fn mysql_passwords_go_to_nobody_who_may_listen() {
    let server = MySql::with("9.7").tls().start();
    server.sql(
        "",
        "CREATE USER sha IDENTIFIED WITH caching_sha2_password BY 'hunter2'",
    );
    let url = server.tcp_url("sha:hunter2", "");
    let plain = with(&url, "ssl-mode=DISABLED");
    has(
        &refused(&plain),
        &["a key that nobody vouches for", "get-server-public-key=1"],
    );
    works(&with(&plain, "get-server-public-key=1"));
    // the server remembers it now, and asks for the short form only
    works(&plain);
    server.sql("", "FLUSH PRIVILEGES");
    works(&url);
    server.sql("", "FLUSH PRIVILEGES");
    let socket = server.url("").replace("root@", "sha:hunter2@");
    works(&socket);
    server.sql(
        "",
        "CREATE USER nothing IDENTIFIED WITH caching_sha2_password BY ''",
    );
    works(&server.tcp_url("nothing", ""));
}

#[test]
fn mariadb_s_own_plugins_work() {
    let server = MariaDb::with("11.8")
        .setting("plugin-load-add=auth_ed25519")
        .setting("plugin-load-add=auth_parsec")
        .tcp()
        .start();
    server.sql(
        "",
        "CREATE USER ed IDENTIFIED VIA ed25519 USING PASSWORD('hunter2');
         CREATE USER pa IDENTIFIED VIA parsec USING PASSWORD('hunter2');
         CREATE USER na IDENTIFIED VIA mysql_native_password USING PASSWORD('hunter2');
         CREATE USER em IDENTIFIED VIA mysql_native_password USING PASSWORD('');",
    );
    for who in ["ed", "pa", "na"] {
        works(&server.tcp_url(&format!("{who}:hunter2"), ""));
        has(
            &refused(&server.tcp_url(&format!("{who}:wrong"), "")),
            &["(1045)"],
        );
    }
    works(&server.tcp_url("em", ""));
}

#[test]
fn old_mysql_works_without_tls_and_says_so() {
    let server = MySql::with("5.6").tcp().start();
    // its anonymous account of localhost comes before an account of any host
    server.sql("", "CREATE USER who@localhost IDENTIFIED BY 'hunter2'");
    works(&with(
        &server.tcp_url("who:hunter2", ""),
        "ssl-mode=DISABLED",
    ));
    works(&server.url(""));
}

#[test]
fn passwords_come_from_the_environment_and_files() {
    let server = MariaDb::start("10.11");
    server.sql("", "CREATE USER who IDENTIFIED BY 'hunter2'");
    let url = server.url("").replace("root@", "who@");
    let mut env = nowhere();
    env.vars.insert("MYSQL_PWD".into(), SECRET.into());
    ask(&url, &env, "SELECT 1").expect("the variable's password");
    let home = tempfile::tempdir().expect("a folder");
    let file = "[client]\nuser = who\npassword = \"hunter2\" # a secret\n[mysql]\npassword = no\n";
    std::fs::write(home.path().join(".my.cnf"), file).expect("a file");
    let mut env = nowhere();
    env.vars.insert("HOME".into(), home.path().into());
    let socket = server.url("").replace("root@localhost", "");
    ask(&socket, &env, "SELECT 1").expect("the file's password");
}

#[test]
fn the_server_is_what_it_does_not_what_it_says() {
    let facts = |server: &MySqlServer| {
        wait(async {
            let settings = conninfo::resolve(&server.url(""), &nowhere(), &Disk)?;
            Ok::<_, Error>(Session::open(&settings).await?.facts().clone())
        })
        .expect("facts")
    };
    let honest = facts(&MariaDb::start("10.11"));
    let liar = facts(
        &MariaDb::with("10.11")
            .setting("version=5.7.1-MySQL")
            .start(),
    );
    assert_eq!(liar.flavor, Flavor::Mariadb);
    assert_eq!(liar.number, honest.number);
    let mysql = facts(&MySql::start("9.7"));
    assert_eq!((mysql.flavor, mysql.number / 100), (Flavor::Mysql, 907));
    let old = facts(&MySql::start("5.6"));
    assert_eq!((old.flavor, old.number / 100), (Flavor::Mysql, 506));
}

/// The session's settings are ours under the worst global ones.
fn hostile_settings(server: &MySqlServer) {
    let sql = "SELECT @@sql_mode AS mode, @@time_zone AS zone, @@autocommit AS autocommit, \
               @@character_set_client AS charset, @@sql_select_limit AS most, @@wait_timeout AS wait";
    let rows = ask(&server.url(""), &nowhere(), sql).expect("a row");
    let row = rows.first().expect("a row");
    for (name, value) in [
        ("mode", ""),
        ("zone", "+00:00"),
        ("autocommit", "1"),
        ("charset", "utf8mb4"),
        ("most", "18446744073709551615"),
        ("wait", "15768000"),
    ] {
        assert_eq!(row.str(name).expect(name), value, "{name}");
    }
}

#[test]
fn sessions_do_not_depend_on_the_servers_settings() {
    let common = [
        "autocommit=0",
        "character-set-server=latin1",
        "default-time-zone=+13:00",
        "sql-select-limit=3",
        "wait-timeout=5",
    ];
    let mut maria = MariaDb::with("10.11").setting("sql-mode=ORACLE,NO_BACKSLASH_ESCAPES");
    let mut mysql = MySql::with("9.7").setting("sql-mode=ANSI,NO_BACKSLASH_ESCAPES");
    for setting in common {
        // some are not options of the command line everywhere
        maria = maria.setting(&format!("loose-{setting}"));
        mysql = mysql.setting(&format!("loose-{setting}"));
    }
    hostile_settings(&maria.start());
    hostile_settings(&mysql.start());
}

/// What a hostile server gets: an error of this kind, soon, and never the password.
fn hostile(replies: Vec<Vec<u8>>, greeting: Vec<u8>, kind: Kind) {
    let canned = Canned::start(greeting, replies);
    let error = ask(&canned.url(), &nowhere(), "SELECT 1").expect_err("a hostile server");
    assert_eq!(error.kind(), kind, "{}", error.report());
}

#[test]
fn hostile_servers_get_nothing_and_break_nothing() {
    let native = || greeting("mysql_native_password");
    let ok = packet(2, OK);
    // neither a file nor the password in clear nor an encrypted one
    let file = packet(1, b"\xfb/etc/passwd");
    hostile(vec![ok.clone(), file], native(), Kind::Hostile);
    let clear = packet(2, b"\xfemysql_clear_password\0abc\0");
    hostile(vec![clear], native(), Kind::Connect);
    hostile(
        vec![packet(2, b"\x01\x04")],
        greeting("caching_sha2_password"),
        Kind::Connect,
    );
    // nonsense
    hostile(vec![packet(2, b"")], native(), Kind::Hostile);
    hostile(vec![packet(9, OK)], native(), Kind::Hostile);
    hostile(Vec::new(), packet(0, b"\x0a"), Kind::Hostile);
    hostile(
        Vec::new(),
        packet(0, b"HTTP/1.1 400 Bad Request"),
        Kind::Connect,
    );
    hostile(Vec::new(), vec![0xff, 0xff], Kind::Connect);
    for reply in [
        &b""[..],
        b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xfd\xff\xff\xff",
        b"\0",
    ] {
        let reply = packet(1, reply);
        let canned = Canned::start(native(), vec![ok.clone(), reply]);
        ask(&canned.url(), &nowhere(), "SELECT 1").expect_err("nonsense");
    }
    // a log in without an end
    let mut more: Vec<Vec<u8>> = Vec::new();
    for round in 0..30_u8 {
        more.push(packet(
            2 + 2 * round,
            b"\xfemysql_native_password\0abcdefghijklmnopqrst\0",
        ));
    }
    hostile(more, native(), Kind::Hostile);
}

/// What compresses well, above the limits of both layers of packets; both ways.
fn compressed_both_ways(server: &MySqlServer, algorithms: &str) {
    let url = with(
        &server.url(""),
        &format!("compression-algorithms={algorithms}"),
    );
    let long = "x'y".repeat(6 << 20).replace('\'', "''");
    let sql = format!("SELECT '{long}' AS text, REPEAT('ab', 20) AS short");
    let rows = ask(&url, &nowhere(), &sql).unwrap_or_else(|e| panic!("{}", e.report()));
    let row = rows.first().expect("a row");
    assert!(row.str("text").expect("text") == long.replace("''", "'"));
    assert_eq!(row.str("short").expect("short"), "ab".repeat(20));
    // the server's own word that it is so
    let rows = ask(&url, &nowhere(), "SHOW SESSION STATUS LIKE 'Compression'");
    let rows = rows.unwrap_or_else(|e| panic!("{}", e.report()));
    let row = rows.first().expect("a row");
    assert_eq!(row.str("Value").expect("a value"), "ON", "{algorithms}");
}

#[test]
fn packets_are_compressed_where_that_is_asked_for() {
    let large = "max-allowed-packet=64M";
    let server = MySql::with("9.7").setting(large).start();
    compressed_both_ways(&server, "zlib");
    compressed_both_ways(&server, "zstd,zlib");
    let server = MariaDb::with("10.11").setting(large).start();
    compressed_both_ways(&server, "zstd,zlib");
    works(&with(
        &server.url(""),
        "compression-algorithms=zstd,uncompressed",
    ));
    has(
        &refused(&with(&server.url(""), "compression-algorithms=zstd")),
        &["compression-algorithms", "zlib"],
    );
}
