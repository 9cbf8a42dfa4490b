//! Getting in: passwords, TLS, sockets, and what is said when it does not work. And what a session
//! is like once it is open.

use std::time::{Duration, Instant};

use dumpkeep::error::{Error, Kind, Result};
use dumpkeep::postgres::conninfo::{self, surroundings::Machine};
use dumpkeep::postgres::open;
use dumpkeep::postgres::session::Session;
use dumpkeep::postgres::settings::Settings;
use dumpkeep::postgres::source::PgSource;
use dumpkeep::postgres::target::PgTarget;
use dumpkeep::source::{Source, Target};

use crate::support::frames::env;
use crate::support::server::Postgres;

fn settings(url: &str) -> Settings {
    conninfo::resolve(url, None, &env(&[]), &Machine).expect("settings")
}

async fn connect(url: &str) -> Result<Session> {
    Session::connect(&settings(url)).await
}

async fn refused(url: &str) -> Error {
    let error = connect(url).await.err().expect("an error");
    assert!(!error.report().contains("hush"), "{}", error.report());
    error
}

/// Whether the session is encrypted, as the server sees it.
async fn is_encrypted(url: &str) -> bool {
    let mut session = connect(url).await.expect("a session");
    let sql = b"SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let rows = session.query(sql).await.expect("rows");
    let ssl = rows.first().expect("a row").bool("ssl").expect("a value");
    session.close().await.expect("closes");
    ssl
}

async fn scram(version: &str) {
    let server = Postgres::with(version).scram("hush'hush é").start();
    let right = server.tcp_url("postgres:hush'hush%20%C3%A9", "postgres");
    connect(&right).await.expect("the right password");
    let wrong = refused(&server.tcp_url("postgres:hush", "postgres")).await;
    assert_eq!(wrong.server_code(), Some("28P01"));
    assert_eq!(wrong.kind(), Kind::Connect);
    assert!(wrong.report().contains("Check the password"));
    let none = refused(&server.tcp_url("postgres", "postgres")).await;
    assert!(none.report().contains("PGPASSWORD"), "{}", none.report());
    let unknown = refused(&server.tcp_url("postgres:hush'hush%20%C3%A9", "nowhere")).await;
    assert_eq!(unknown.server_code(), Some("3D000"));
    assert!(unknown.line().contains("nowhere"));
    let tls = refused(&format!("{right}?sslmode=require")).await;
    assert!(
        tls.line().contains("does not speak TLS"),
        "{}",
        tls.report()
    );
    let only = refused(&format!("{right}?require_auth=md5")).await;
    assert!(only.line().contains("require_auth"), "{}", only.report());
    let bound = refused(&format!("{right}?channel_binding=require")).await;
    assert!(bound.line().contains("channel binding") || bound.line().contains("SASL"));
}

#[tokio::test]
async fn postgres_12_scram() {
    scram("12").await;
}

#[tokio::test]
async fn postgres_15_scram() {
    scram("15").await;
}

#[tokio::test]
async fn postgres_18_scram() {
    scram("18").await;
}

#[tokio::test]
async fn md5_and_clear_passwords() {
    let server = Postgres::with("15")
        .setting("password_encryption", "md5")
        .hba("host all m 127.0.0.1/32 md5")
        .hba("host all c 127.0.0.1/32 password")
        .tls()
        .start();
    let roles = "CREATE ROLE m LOGIN PASSWORD 'hush'; CREATE ROLE c LOGIN PASSWORD 'hush'";
    server.sql("postgres", roles);
    let md5 = server.tcp_url("m:hush", "postgres");
    connect(&md5).await.expect("md5");
    connect(&format!("{md5}?require_auth=md5&sslmode=disable"))
        .await
        .expect("md5");
    refused(&server.tcp_url("m:hushhush", "postgres")).await;
    let clear = server.tcp_url("c:hush", "postgres");
    let open = refused(&format!("{clear}?sslmode=disable")).await;
    assert!(open.line().contains("in clear"), "{}", open.report());
    connect(&format!("{clear}?sslmode=disable&require_auth=password"))
        .await
        .expect("as it was asked for");
    connect(&format!("{clear}?sslmode=require"))
        .await
        .expect("over TLS");
}

async fn tls_modes(version: &str) {
    let server = Postgres::with(version).tls().start();
    let base = server.tcp_url("postgres", "postgres");
    let root = format!("sslrootcert={}", server.authority().display());
    assert!(!is_encrypted(&format!("{base}?sslmode=disable")).await);
    assert!(!is_encrypted(&format!("{base}?sslmode=allow")).await);
    assert!(is_encrypted(&base).await);
    for mode in ["prefer", "require"] {
        assert!(
            is_encrypted(&format!("{base}?sslmode={mode}")).await,
            "{mode}"
        );
    }
    for mode in ["require", "verify-ca", "verify-full"] {
        assert!(
            is_encrypted(&format!("{base}?sslmode={mode}&{root}")).await,
            "{mode}"
        );
    }
    // The name is looked at by verify-full alone.
    let other = format!("{base}?host=other.example&hostaddr=127.0.0.1&{root}");
    assert!(is_encrypted(&format!("{other}&sslmode=verify-ca")).await);
    let name = refused(&format!("{other}&sslmode=verify-full")).await;
    assert!(
        name.report().contains("subjectAltName"),
        "{}",
        name.report()
    );
    // By address; the certificate has that too.
    let address = format!("{base}?host=127.0.0.1&{root}&sslmode=verify-full");
    assert!(is_encrypted(&address).await);
}

#[tokio::test]
async fn postgres_12_tls_modes() {
    tls_modes("12").await;
}

#[tokio::test]
async fn postgres_15_tls_modes() {
    tls_modes("15").await;
}

#[tokio::test]
async fn postgres_18_tls_modes() {
    tls_modes("18").await;
}

#[tokio::test]
async fn certificates_of_others_are_refused() {
    let server = Postgres::with("15").tls().start();
    let other = Postgres::with("15").tls().start();
    let base = server.tcp_url("postgres", "postgres");
    let root = other.authority().display();
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = refused(&format!("{base}?sslmode={mode}&sslrootcert={root}")).await;
        assert!(error.report().contains("sslrootcert"), "{}", error.report());
    }
    let system = refused(&format!("{base}?sslrootcert=system")).await;
    assert_eq!(system.kind(), Kind::Connect, "{}", system.report());
    let none = refused(&format!("{base}?sslmode=verify-ca")).await;
    assert_eq!(none.kind(), Kind::Config, "{}", none.report());
    let absent = refused(&format!("{base}?sslmode=require&sslrootcert=/nowhere")).await;
    assert!(absent.line().contains("/nowhere"), "{}", absent.report());
    // The server's own certificate, trusted as it stands.
    let own = server.authority().with_file_name("server.crt");
    let own = format!("{base}?sslmode=verify-full&sslrootcert={}", own.display());
    assert!(is_encrypted(&own).await);
}

#[tokio::test]
async fn client_certificates() {
    let server = Postgres::with("15")
        .hba("hostssl all all 127.0.0.1/32 cert")
        .hba("hostnossl all all 127.0.0.1/32 reject")
        .tls()
        .start();
    let base = server.tcp_url("postgres", "postgres");
    let pair = server.client_certificate();
    let given = format!(
        "sslcert={}&sslkey={}",
        pair.certificate.display(),
        pair.key.display()
    );
    assert!(is_encrypted(&format!("{base}?sslmode=require&{given}")).await);
    let none = refused(&format!("{base}?sslmode=require")).await;
    assert!(none.line().contains("certificate"), "{}", none.report());
    let no_key = refused(&format!("{base}?sslcert={}", pair.certificate.display())).await;
    assert!(no_key.line().contains("sslkey"), "{}", no_key.report());
}

/// `prefer` goes on without TLS where the rules want that, `allow` with it.
#[tokio::test]
async fn the_second_try_goes_the_other_way() {
    let plain = Postgres::with("15")
        .hba("hostssl all all 127.0.0.1/32 reject")
        .tls()
        .start();
    let base = plain.tcp_url("postgres", "postgres");
    assert!(!is_encrypted(&format!("{base}?sslmode=prefer")).await);
    refused(&format!("{base}?sslmode=require")).await;
    let secure = Postgres::with("15")
        .hba("hostnossl all all 127.0.0.1/32 reject")
        .tls()
        .start();
    let base = secure.tcp_url("postgres", "postgres");
    assert!(is_encrypted(&format!("{base}?sslmode=allow")).await);
    refused(&format!("{base}?sslmode=disable")).await;
}

#[tokio::test]
async fn channel_binding_and_direct_tls() {
    let server = Postgres::with("18").tls().scram("hush").start();
    let base = server.tcp_url("postgres:hush", "postgres");
    connect(&format!("{base}?channel_binding=require"))
        .await
        .expect("bound");
    connect(&format!("{base}?channel_binding=disable"))
        .await
        .expect("unbound");
    let direct = format!("{base}?sslmode=require&sslnegotiation=direct");
    assert!(is_encrypted(&direct).await);
}

#[tokio::test]
async fn servers_that_are_not_there() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    let error = refused(&format!("postgres://u:hush@127.0.0.1:{port}/d")).await;
    assert_eq!(error.kind(), Kind::Connect);
    assert!(
        error.report().contains("Is the server running"),
        "{}",
        error.report()
    );
    let error = refused("postgres:///d?host=/nowhere").await;
    assert!(
        error.line().contains("/nowhere/.s.PGSQL.5432"),
        "{}",
        error.report()
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let start = Instant::now();
    let error = refused(&format!(
        "postgres://u@127.0.0.1:{port}/d?connect_timeout=2"
    ))
    .await;
    assert!(
        error.line().contains("no answer within 2 s"),
        "{}",
        error.report()
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn the_host_that_is_wanted_is_found() {
    let server = Postgres::start("15");
    let socket = server.socket_folder().display();
    let two = format!(
        "host=/nowhere,{socket} port=5432,{} user=postgres",
        server.port()
    );
    connect(&two).await.expect("the second host");
    for (wanted, found) in [
        ("any", true),
        ("read-write", true),
        ("read-only", false),
        ("primary", true),
        ("standby", false),
        ("prefer-standby", true),
    ] {
        let one = format!("{two} target_session_attrs={wanted}");
        assert_eq!(connect(&one).await.is_ok(), found, "{wanted}");
    }
}

const AWFUL: &str = "\
ALTER ROLE postgres SET search_path = evil, public, pg_catalog; \
ALTER ROLE postgres SET datestyle = 'German'; \
ALTER ROLE postgres SET intervalstyle = 'iso_8601'; \
ALTER ROLE postgres SET bytea_output = 'escape'; \
ALTER ROLE postgres SET extra_float_digits = -5; \
ALTER ROLE postgres SET standard_conforming_strings = off; \
ALTER ROLE postgres SET quote_all_identifiers = on; \
ALTER ROLE postgres SET client_encoding = 'LATIN1'; \
ALTER ROLE postgres SET statement_timeout = '1min'; \
ALTER ROLE postgres SET xmloption = 'document'; \
ALTER ROLE postgres SET default_transaction_read_only = on; \
ALTER ROLE postgres SET row_security = on; \
CREATE SCHEMA evil; \
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$";

/// Whatever a role or a database sets, the session is as it has to be.
async fn parameters(version: &str) {
    let server = Postgres::start(version);
    server.sql("postgres", AWFUL);
    let mut session = open::session(&settings(&server.url("postgres")))
        .await
        .expect("a session");
    let sql = b"SELECT 1.1::float8 / 3 AS f, '2026-01-02'::date AS d, '\\x00ff'::bytea AS b, \
                interval '1 day' AS i, current_setting('client_encoding') AS e, \
                current_setting('statement_timeout') AS t, quote_ident('a') AS q, \
                current_setting('row_security') AS r, pg_catalog.current_schemas(false) AS s";
    let rows = session.query(sql).await.expect("rows");
    let row = rows.first().expect("a row");
    for (column, value) in [
        ("f", "0.36666666666666"),
        ("d", "2026-01-02"),
        ("b", "\\x00ff"),
        ("i", "1 day"),
        ("e", "UTF8"),
        ("t", "0"),
        ("q", "a"),
        ("r", "off"),
        ("s", "{}"),
    ] {
        let found = row.str(column).expect("a value");
        assert!(found.starts_with(value), "{version} {column}: {found}");
    }
}

#[tokio::test]
async fn postgres_10_parameters() {
    parameters("10").await;
}

#[tokio::test]
async fn postgres_12_parameters() {
    parameters("12").await;
}

#[tokio::test]
async fn postgres_15_parameters() {
    parameters("15").await;
}

#[tokio::test]
async fn postgres_18_parameters() {
    parameters("18").await;
}

/// Bytes that are no UTF-8, in rows, in names, in a function's body.
#[tokio::test]
async fn an_sql_ascii_database_is_read_as_it_is() {
    let server = Postgres::with("15")
        .initdb(&["--encoding=SQL_ASCII", "--locale=C"])
        .start();
    let mut session = open::session(&settings(&server.url("postgres")))
        .await
        .expect("a session");
    let sql = b"CREATE TABLE public.\"caf\xe9\" (a text); INSERT INTO public.\"caf\xe9\" VALUES ('\xff\xfe')";
    session.execute(sql).await.expect("a table");
    let rows = session
        .query(b"SELECT relname, a FROM pg_class, public.\"caf\xe9\" WHERE relname ~ '^caf'");
    let rows = rows.await.expect("rows");
    let row = rows.first().expect("a row");
    assert_eq!(row.bytes("relname").expect("a name"), b"caf\xe9".as_slice());
    assert_eq!(row.bytes("a").expect("a value"), b"\xff\xfe".as_slice());
}

#[tokio::test]
async fn databases_say_why_they_refuse() {
    let server = Postgres::start("15");
    server.create_database("shop");
    server.create_database("broken");
    let sql = "UPDATE pg_database SET datconnlimit = -2 WHERE datname = 'broken'";
    server.sql("postgres", sql);
    // No database is named: there is one to meet in.
    let url = format!(
        "host={} port={} user=postgres",
        server.socket_folder().display(),
        server.port()
    );
    let source = PgSource::connect(&url, None, &env(&[]))
        .await
        .expect("a source");
    assert_eq!(source.database(), b"");
    assert_eq!(source.server().product, "PostgreSQL");
    assert_eq!(source.server().number / 10_000, 15);
    let found = source.databases().await.expect("databases");
    let told: Vec<_> = found
        .iter()
        .map(|d| (d.name.to_string(), d.refuses.is_some(), d.template))
        .collect();
    let all = [
        ("broken", true, false),
        ("postgres", false, false),
        ("shop", false, false),
        ("template0", true, true),
        ("template1", false, true),
    ];
    let all = all.map(|(name, refuses, template)| (name.to_owned(), refuses, template));
    assert_eq!(told, all);
    assert!(found.iter().any(|d| d.bytes > 1 << 20));
}

async fn target(version: &str) {
    let server = Postgres::start(version);
    server.create_database("empty");
    let open = PgTarget::connect(&server.url("empty"), None, &env(&[])).await;
    let mut target = open.expect("a target");
    assert_eq!(target.object_count().await.expect("a number"), 0);
    target
        .execute(b"CREATE TABLE public.t (a integer)")
        .await
        .expect("a table");
    target
        .copy_begin(b"COPY public.t FROM stdin")
        .await
        .expect("begins");
    target.copy_data(b"1\n2").await.expect("takes");
    target.copy_data(b"\n3\n").await.expect("takes");
    target.copy_end(3).await.expect("ends");
    // An error in the rows leaves the session as it was.
    target
        .copy_begin(b"COPY public.t FROM stdin")
        .await
        .expect("begins");
    let much = b"4\n".repeat(400_000);
    target.copy_data(b"x\n").await.expect("takes");
    target.copy_data(&much).await.expect("takes");
    let error = target.copy_end(400_001).await.expect_err("no rows");
    assert_eq!(error.server_code(), Some("22P02"));
    assert!(error.report().contains("line 1"), "{}", error.report());
    // What the server has against the statement comes with its rows, few or many.
    for rows in [&b"5\n"[..], &much, b""] {
        let begun = target.copy_begin(b"COPY nowhere FROM stdin").await;
        begun.expect("is not sent yet");
        let error = match target.copy_data(rows).await {
            Ok(()) => target.copy_end(1).await,
            refused => refused,
        };
        let error = error.expect_err("no table");
        assert_eq!(error.server_code(), Some("42P01"));
        target.copy_begin(b"SELECT 1").await.expect("is not sent");
        target.copy_data(b"6\n").await.expect("is not sent");
        target.copy_end(1).await.expect_err("no COPY");
    }
    // In a transaction that is sent with it, it is answered at once.
    let begin = target.execute_soon(b"START TRANSACTION").await;
    begin.expect("is not sent yet");
    let error = target.copy_begin(b"COPY nowhere FROM stdin").await;
    assert_eq!(error.expect_err("no table").server_code(), Some("42P01"));
    target.execute(b"ROLLBACK").await.expect("a session");
    // Of what is sent without waiting, the first failure is told, and nothing is left.
    for (number, rows) in [(3, &b"7\n"[..]), (1, b"x\n"), (1, b"8\n")] {
        let begin = target.execute_soon(b"START TRANSACTION").await;
        begin.expect("is not sent yet");
        target.pipeline(true).await.expect("begins");
        let sent = async {
            target.copy_begin(b"COPY public.t FROM stdin").await?;
            target.copy_data(rows).await?;
            target.copy_end(number).await?;
            target.execute(b"CREATE TABLE public.u ()").await?;
            target.copy_begin(b"COPY nowhere FROM stdin").await?;
            target.copy_data(&much).await?;
            target.copy_end(9).await
        };
        sent.await.expect("nothing is waited for");
        let error = target.pipeline(false).await.expect_err("a failure");
        match rows {
            b"x\n" => assert_eq!(error.server_code(), Some("22P02")),
            _ if number == 3 => assert!(error.line().contains("3 rows were sent"), "{error}"),
            _ => assert_eq!(error.server_code(), Some("42P01")),
        }
        target.execute(b"COMMIT").await.expect("a session");
    }
    assert_eq!(server.sql("empty", "SELECT count(*) FROM t").trim(), "3");
    assert_eq!(target.object_count().await.expect("a number"), 1);
    let begin = target.execute_soon(b"START TRANSACTION").await;
    begin.expect("is not sent yet");
    target.pipeline(true).await.expect("begins");
    target
        .copy_begin(b"COPY public.t FROM stdin")
        .await
        .expect("is sent");
    target.copy_data(&much).await.expect("is sent");
    target.copy_end(400_000).await.expect("is sent");
    target
        .execute(b"DELETE FROM public.t WHERE a = 4")
        .await
        .expect("is sent");
    target.pipeline(false).await.expect("all is well");
    target.execute(b"COMMIT").await.expect("commits");
    assert_eq!(server.sql("empty", "SELECT count(*) FROM t").trim(), "3");
    assert_eq!(target.object_count().await.expect("a number"), 1);
    target.use_database(b"postgres").await.expect("another");
    assert_eq!(target.object_count().await.expect("a number"), 0);
    target.close().await.expect("closes");
    assert_eq!(server.sql("empty", "SELECT count(*) FROM t").trim(), "3");
}

#[tokio::test]
async fn postgres_10_target() {
    target("10").await;
}

#[tokio::test]
async fn postgres_15_target() {
    target("15").await;
}

#[tokio::test]
async fn postgres_18_target() {
    target("18").await;
}

/// Notices that pile up while rows are sent stop neither side.
#[tokio::test]
async fn a_server_that_talks_while_it_takes_rows() {
    let server = Postgres::start("15");
    let sql = "CREATE TABLE t (a text); \
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        RAISE WARNING '%', repeat('x', 2000); RETURN NEW; END $$; \
        CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f()";
    server.sql("postgres", sql);
    let open = PgTarget::connect(&server.url("postgres"), None, &env(&[])).await;
    let mut target = open.expect("a target");
    target
        .copy_begin(b"COPY public.t FROM stdin")
        .await
        .expect("begins");
    let rows = [b"y".repeat(2000).as_slice(), b"\n"].concat().repeat(100);
    let send = async {
        for _ in 0..50 {
            target.copy_data(&rows).await?;
        }
        target.copy_end(5000).await
    };
    let sent = tokio::time::timeout(Duration::from_secs(60), send).await;
    sent.expect("in time").expect("ends");
}

#[tokio::test]
async fn what_is_given_up_ends_on_the_server() {
    let server = Postgres::start("15");
    let mut session = connect(&server.url("postgres")).await.expect("a session");
    let sleep = session.query(b"SELECT pg_sleep(600)");
    let cut = tokio::time::timeout(Duration::from_millis(300), sleep).await;
    assert!(cut.is_err());
    drop(session);
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep\\(600'";
    for _ in 0..100 {
        if server.sql("postgres", running).trim() == "0" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the statement still runs");
}
