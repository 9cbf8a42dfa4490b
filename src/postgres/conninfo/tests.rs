#![expect(clippy::unwrap_used, reason = "test")]

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::*;
use crate::postgres::settings::{Auth, Host, Place, Roots, SslMode, Wanted};

#[derive(Default)]
struct Fake {
    files: BTreeMap<PathBuf, (u32, &'static str)>,
}

impl Surroundings for Fake {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.files.get(path) {
            Some((_, text)) => Ok(text.as_bytes().to_vec()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn mode(&self, path: &Path) -> Option<u32> {
        self.files.get(path).map(|(mode, _)| *mode)
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn uid(&self) -> u32 {
        1000
    }
}

impl Fake {
    fn with(mut self, path: &str, mode: u32, text: &'static str) -> Self {
        self.files.insert(path.into(), (mode, text));
        self
    }
}

const ACCOUNTS: &str = "root:x:0:0::/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/sh\n";

fn machine() -> Fake {
    Fake::default().with("/etc/passwd", 0o644, ACCOUNTS)
}

fn env(vars: &[(&str, &str)]) -> Env {
    let home = [("HOME", "/home/ana")];
    Env {
        vars: home
            .iter()
            .chain(vars)
            .map(|(key, value)| (key.into(), value.into()))
            .collect(),
        now: chrono::DateTime::UNIX_EPOCH,
        host: String::new(),
        stderr_is_terminal: false,
    }
}

fn settings(text: &str) -> Settings {
    resolve(text, None, &env(&[]), &machine()).unwrap()
}

fn refused(text: &str) -> String {
    let error = resolve(text, None, &env(&[]), &machine()).unwrap_err();
    assert_eq!(error.kind(), Kind::Config);
    error.report()
}

fn addresses(settings: &Settings) -> Vec<String> {
    settings.hosts.iter().map(Host::address).collect()
}

fn password(settings: &Settings) -> Option<Vec<u8>> {
    let secret = settings.password_for(settings.hosts.first()?)?;
    Some(secret.reveal().to_vec())
}

/// The manual's list of URLs that are all right, and what each means.
#[test]
fn urls_of_the_manual() {
    let socket = "/var/run/postgresql/.s.PGSQL.5432";
    for (url, hosts, user, database) in [
        ("postgresql://", vec![socket], "ana", "ana"),
        (
            "postgresql://localhost",
            vec!["localhost:5432"],
            "ana",
            "ana",
        ),
        (
            "postgresql://localhost:5433",
            vec!["localhost:5433"],
            "ana",
            "ana",
        ),
        (
            "postgresql://localhost/mydb",
            vec!["localhost:5432"],
            "ana",
            "mydb",
        ),
        (
            "postgresql://user@localhost",
            vec!["localhost:5432"],
            "user",
            "user",
        ),
        (
            "postgresql://user:secret@localhost",
            vec!["localhost:5432"],
            "user",
            "user",
        ),
        (
            "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
            vec!["localhost:5432"],
            "other",
            "otherdb",
        ),
        (
            "postgresql://host1:123,host2:456/somedb?target_session_attrs=any",
            vec!["host1:123", "host2:456"],
            "ana",
            "somedb",
        ),
        (
            "postgresql:///mydb?host=localhost&port=5433",
            vec!["localhost:5433"],
            "ana",
            "mydb",
        ),
        (
            "postgresql://[2001:db8::1234]/database",
            vec!["[2001:db8::1234]:5432"],
            "ana",
            "database",
        ),
        (
            "postgres://[::1]:6000,h/d",
            vec!["[::1]:6000", "h:5432"],
            "ana",
            "d",
        ),
        (
            "postgresql:///dbname?host=/var/lib/postgresql",
            vec!["/var/lib/postgresql/.s.PGSQL.5432"],
            "ana",
            "dbname",
        ),
        (
            "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
            vec!["/var/lib/postgresql/.s.PGSQL.5432"],
            "ana",
            "dbname",
        ),
    ] {
        let settings = settings(url);
        assert_eq!(addresses(&settings), hosts, "{url}");
        assert_eq!(settings.user, user.as_bytes(), "{url}");
        assert_eq!(settings.database, database.as_bytes(), "{url}");
    }
}

#[test]
fn everything_in_a_url_is_decoded() {
    let settings = settings("postgres://us%40er:p%2Fa%3As%25s@h/d%20b%ff?application_name=a%26b");
    assert_eq!(settings.user, b"us@er");
    assert_eq!(password(&settings).unwrap(), b"p/a:s%s");
    assert_eq!(settings.database, b"d b\xff");
    assert_eq!(settings.application_name, "a&b");
}

#[test]
fn a_password_may_hold_a_question_mark_and_a_colon() {
    assert_eq!(
        password(&settings("postgres://u:a?b:c@h/d")).unwrap(),
        b"a?b:c"
    );
}

#[test]
fn broken_urls_are_refused_without_their_password() {
    for url in [
        "postgres://u:hush@[::1/d",
        "postgres://u:hush@[::1]x/d",
        "postgres://u:hush@h/d%2",
        "postgres://u:hush@h/d?a",
        "postgres://u:hush@h/d?sslmode=require=x",
        "postgres://u:hush@h/d%00",
        "postgres://u:hush@h:0/d",
        "postgres://u:hush@h:99999/d",
        "postgres://u:hush@a,b:1,c:2/d?port=1,2",
        "mysql://u:hush@h/d",
        "postgres://u:hush@h/d?sslmode=maybe",
        "postgres://u:hush@h/d?sslpassword=hush",
        "postgres://u:hush@h/d?connect_timeout=soon",
        "postgres://u:hu@hush@h/d",
        "postgres://u:hush/x@h/d",
    ] {
        assert!(!refused(url).contains("hush"), "{url}");
    }
}

#[test]
fn an_unknown_parameter_names_the_nearest() {
    assert_eq!(
        refused("postgres:///?sslmod=require"),
        "error: cannot use the connection settings: unknown parameter sslmod\n  \
         hint: Did you mean sslmode?"
    );
    assert!(!refused("postgres:///?wholly_unlike_any=1").contains("hint"));
}

#[test]
fn pairs_with_quotes_and_backslashes() {
    let settings = settings(r"host = db1 user=u password='it\'s a \\' dbname=a\ b port=''");
    assert_eq!(addresses(&settings), ["db1:5432"]);
    assert_eq!(password(&settings).unwrap(), br"it's a \");
    assert_eq!(settings.database, b"a b");
}

#[test]
fn broken_pairs_are_refused() {
    for text in ["host=a user", "host='a", "=b"] {
        refused(text);
    }
}

#[test]
fn a_bare_word_is_a_database() {
    assert_eq!(settings("shop").database, b"shop");
}

#[test]
fn variables_fill_what_the_string_leaves_out() {
    let vars = [
        ("PGHOST", "db2"),
        ("PGPORT", "6000"),
        ("PGUSER", "eve"),
        ("PGPASSWORD", "hush"),
        ("PGDATABASE", "shop"),
        ("PGSSLMODE", "verify-ca"),
        ("PGCONNECT_TIMEOUT", "1"),
        ("PGOPTIONS", "-c geqo=off"),
        ("PGTARGETSESSIONATTRS", "standby"),
        ("PGCLIENTENCODING", "LATIN1"),
    ];
    let settings = resolve("postgres://db1/", None, &env(&vars), &machine()).unwrap();
    assert_eq!(addresses(&settings), ["db1:6000"]);
    assert_eq!(settings.user, b"eve");
    assert_eq!(settings.database, b"shop");
    assert_eq!(settings.tls.mode, SslMode::VerifyCa);
    assert_eq!(settings.connect_timeout.unwrap().as_secs(), 2);
    assert_eq!(settings.options.as_deref(), Some("-c geqo=off"));
    assert_eq!(settings.wanted, Wanted::Standby);
    assert_eq!(password(&settings).unwrap(), b"hush");
}

#[test]
fn a_password_from_the_configuration_wins() {
    let vars = [("PGPASSWORD", "theirs")];
    let given = Some(Secret::new("ours"));
    let settings = resolve("postgres://u:url@h/", given, &env(&vars), &machine()).unwrap();
    assert_eq!(password(&settings).unwrap(), b"ours");
}

#[test]
fn nothing_secret_is_printed() {
    let around = machine().with("/home/ana/.pgpass", 0o600, "*:*:*:*:hush\n");
    let settings = resolve("postgres://u:hush@h/", None, &env(&[]), &around).unwrap();
    assert!(!format!("{settings:?}").contains("hush"));
    assert!(!format!("{settings:?}").contains("104, 117"));
}

const PASSWORDS: &str = "\
# comment
db1:5432:shop:ana:one
db1:*:*:ana:two
localhost:*:*:*:socket
a\\:b:5432:*:*:colon
*:*:*:back\\\\slash:a\\:b\\\\c:ignored
*:*:*:*:
";

fn found(url: &str) -> Option<Vec<u8>> {
    let around = machine().with("/home/ana/.pgpass", 0o600, PASSWORDS);
    password(&resolve(url, None, &env(&[]), &around).unwrap())
}

#[test]
fn the_first_line_that_fits_gives_the_password() {
    assert_eq!(found("postgres://db1/shop").unwrap(), b"one");
    assert_eq!(found("postgres://db1/shop2").unwrap(), b"two");
    assert_eq!(found("postgres://db1:9/shop").unwrap(), b"two");
    assert_eq!(found("postgres://db2/shop").unwrap(), b"");
    assert_eq!(
        found("postgres://back%5Cslash@db2/shop").unwrap(),
        b"a:b\\c"
    );
    assert_eq!(
        found("postgres://%2Fvar%2Frun%2Fpostgresql/x").unwrap(),
        b"socket"
    );
    assert_eq!(found("postgres:///x").unwrap(), b"socket");
    assert_eq!(found("postgres://%2Fother/x").unwrap(), b"");
    assert_eq!(found("host=a:b").unwrap(), b"colon");
}

#[test]
fn each_database_has_its_own_password() {
    let around = machine().with("/home/ana/.pgpass", 0o600, PASSWORDS);
    let settings = resolve("postgres://db1/other", None, &env(&[]), &around).unwrap();
    assert_eq!(password(&settings).unwrap(), b"two");
    assert_eq!(password(&settings.for_database(b"shop")).unwrap(), b"one");
}

#[test]
fn a_password_file_that_others_read_is_not_used() {
    let around = machine().with("/home/ana/.pgpass", 0o640, PASSWORDS);
    let settings = resolve("postgres://db1/shop", None, &env(&[]), &around).unwrap();
    assert_eq!(password(&settings), None);
    assert!(settings.warnings.first().unwrap().contains("0600"));
}

const SERVICES: &str = "\
# comment
[other]
host=wrong
[shop]
host=db9
port=6001
user=svc
dbname=shop

[shop]
host=late
";

#[test]
fn a_service_stands_between_the_string_and_the_variables() {
    let around = machine().with("/home/ana/.pg_service.conf", 0o644, SERVICES);
    let vars = [
        ("PGSERVICE", "shop"),
        ("PGUSER", "eve"),
        ("PGSSLMODE", "require"),
    ];
    let settings = resolve("postgres:///?port=7000", None, &env(&vars), &around).unwrap();
    assert_eq!(addresses(&settings), ["db9:7000"]);
    assert_eq!(settings.user, b"svc");
    assert_eq!(settings.tls.mode, SslMode::Require);
}

#[test]
fn services_are_looked_up_in_the_users_file_then_the_systems() {
    let around = machine()
        .with("/home/ana/.pg_service.conf", 0o644, "[a]\nhost=mine\n")
        .with("/conf/pg_service.conf", 0o644, "[b]\nhost=theirs\n");
    let vars = [("PGSYSCONFDIR", "/conf")];
    for (url, host) in [("service=a", "mine:5432"), ("service=b", "theirs:5432")] {
        let settings = resolve(url, None, &env(&vars), &around).unwrap();
        assert_eq!(addresses(&settings), [host]);
    }
}

#[test]
fn a_service_that_is_not_there_or_broken_is_refused() {
    assert!(refused("service=none").contains("the service none is in no service file"));
    for text in [
        "[s]\nservice=t\n",
        "[s]\nldap://x/y\n",
        "[s]\nhost\n",
        "[s]\nhots=1\n",
    ] {
        let around = Fake::default().with("/home/ana/.pg_service.conf", 0o644, text);
        resolve("service=s user=u", None, &env(&[]), &around).unwrap_err();
    }
}

#[test]
fn lists_of_hosts_and_ports() {
    let two = settings("host=a,b port=1,2");
    assert_eq!(addresses(&two), ["a:1", "b:2"]);
    assert_eq!(addresses(&settings("host=a,b port=7")), ["a:7", "b:7"]);
    assert_eq!(addresses(&settings("host=a,b port=,2")), ["a:5432", "b:2"]);
    refused("host=a,b port=1,2,3");
    refused("host=a,b hostaddr=10.0.0.1");
    refused("hostaddr=db1");
    let place = settings("host=db1 hostaddr=10.0.0.1").hosts.remove(0).place;
    let addr = Some("10.0.0.1".parse().unwrap());
    let name = "db1".to_owned();
    assert_eq!(place, Place::Tcp { name, addr });
}

#[test]
fn the_usual_socket_is_where_the_server_put_it() {
    let around = machine().with("/tmp/.s.PGSQL.5433", 0o777, "");
    let settings = resolve("port=5433", None, &env(&[]), &around).unwrap();
    assert_eq!(addresses(&settings), ["/tmp/.s.PGSQL.5433"]);
}

#[test]
fn the_systems_authorities_need_the_whole_check() {
    let settings = settings("sslrootcert=system");
    assert_eq!(settings.tls.mode, SslMode::VerifyFull);
    assert_eq!(settings.tls.roots, Some(Roots::System));
    refused("sslrootcert=system sslmode=require");
}

#[test]
fn certificates_are_taken_from_the_home_folder() {
    let around = machine()
        .with("/home/ana/.postgresql/root.crt", 0o644, "")
        .with("/home/ana/.postgresql/postgresql.crt", 0o644, "")
        .with("/home/ana/.postgresql/postgresql.key", 0o600, "");
    let tls = resolve("host=h", None, &env(&[]), &around).unwrap().tls;
    let folder = Path::new("/home/ana/.postgresql");
    assert_eq!(tls.roots, Some(Roots::File(folder.join("root.crt"))));
    assert_eq!(tls.cert, Some(folder.join("postgresql.crt")));
    assert_eq!(tls.key, Some(folder.join("postgresql.key")));
    let off = resolve("host=h sslcertmode=disable", None, &env(&[]), &around);
    assert_eq!(off.unwrap().tls.cert, None);
}

#[test]
fn ways_to_log_in_can_be_narrowed() {
    assert_eq!(settings("host=h").auth, None);
    assert_eq!(
        settings("require_auth=scram-sha-256,md5").auth,
        Some(vec![Auth::Scram, Auth::Md5])
    );
    assert_eq!(
        settings("require_auth=!password,!md5").auth,
        Some(vec![Auth::Scram, Auth::None])
    );
    assert_eq!(settings("require_auth=gss").auth, Some(vec![]));
    refused("require_auth=md5,!password");
    refused("require_auth=magic");
}

#[test]
fn the_source_of_a_password_is_said_and_not_the_password() {
    let said = |url: &str, vars: &[(&str, &str)], machine: &Fake| {
        let said = credential::source(url, &env(vars), machine).unwrap();
        assert!(!said.contains("s3cret"), "{said}");
        said
    };
    let files = machine()
        .with("/home/ana/.pgpass", 0o600, "db1:*:*:ana:s3cret\n")
        .with(
            "/home/ana/.pg_service.conf",
            0o644,
            "[shop]\nhost=db2\npassword=s3cret\n",
        );
    let variable = [("PGPASSWORD", "s3cret")];
    for (url, vars, part) in [
        ("postgres://ana:s3cret@db1/", &variable[..], "from the URL"),
        ("postgres://ana@db1/?password=s3cret", &[], "from the URL"),
        ("postgres://?service=shop", &variable, "service shop"),
        (
            "postgres://ana@db1/",
            &variable,
            "from the variable PGPASSWORD",
        ),
        (
            "postgres://ana@db1/",
            &[],
            "from the password file ~/.pgpass",
        ),
        ("postgres://ana@db3/", &[], "none is given"),
    ] {
        assert!(said(url, vars, &files).contains(part), "{url}: {part}");
    }
    let open = machine().with("/home/ana/.pgpass", 0o644, "*:*:*:*:s3cret\n");
    assert!(said("postgres://ana@db1/", &[], &open).starts_with("none"));
}
