//! The static binary in an empty folder: nothing there but `/etc/hosts`, an authority's certificate
//! and a folder to write to. `scripts/test.sh` builds it before it runs this.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::mount::Mount;
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, Postgres, output};
use crate::support::staying::{Staying, until};

/// The folder that becomes the root.
struct Cell(tempfile::TempDir);

impl Cell {
    fn new(authority: &Path) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for folder in ["etc", "out"] {
            fs::create_dir(dir.path().join(folder)).expect("a folder");
        }
        let hosts = "127.0.0.1 db.example\n";
        fs::write(dir.path().join("etc/hosts"), hosts).expect("etc/hosts");
        fs::copy(authority, dir.path().join("ca.pem")).expect("the certificate");
        fs::copy(static_binary(), dir.path().join("dumpkeep")).expect("the binary");
        Self(dir)
    }

    /// Runs dumpkeep with the folder as its root and an empty environment.
    fn dumpkeep(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = if rustix::process::geteuid().is_root() {
            Command::new("chroot")
        } else {
            let mut command = Command::new("unshare");
            command.args(["--map-root-user", "chroot"]);
            command
        };
        command.arg(self.0.path()).arg("/dumpkeep").args(arguments);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        output(&mut command)
    }

    /// Dumps one URL's database and loads it into the other's.
    fn carry(&self, from: &str, to: &str) {
        let file = "/out/dump.sql.zst";
        self.dumpkeep(&["dump", from, "-o", file]).expect("a dump");
        self.dumpkeep(&["verify", file]).expect("a good archive");
        self.dumpkeep(&["restore", file, "--to", to])
            .expect("a restore");
        fs::remove_file(self.0.path().join("out/dump.sql.zst")).expect("the archive");
    }
}

fn static_binary() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/static/dumpkeep");
    assert!(path.exists(), "run scripts/build-static.sh first");
    path
}

#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn postgres_by_host_name_and_tls_from_an_empty_folder() {
    let server = Postgres::with("15").tls().scram("secret").start();
    let cell = Cell::new(server.authority());
    let url = |db: &str| {
        let port = server.port();
        format!(
            "postgres://postgres:secret@db.example:{port}/{db}?sslmode=verify-full&sslrootcert=/ca.pem"
        )
    };
    for db in ["a", "b"] {
        server.create_database(db);
    }
    server.sql(
        "a",
        "CREATE TABLE t AS SELECT i, repeat('x', i) AS x FROM generate_series(1, 99) i",
    );
    cell.carry(&url("a"), &url("b"));
    oracle::postgres((&server, "a"), (&server, "b")).expect("equal databases");
}

#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn mariadb_by_host_name_and_tls_from_an_empty_folder() {
    let server = MariaDb::with("10.11").tls().start();
    let cell = Cell::new(server.authority());
    let url = |db: &str| {
        let port = server.port();
        format!("mariadb://root@db.example:{port}/{db}?ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem")
    };
    for db in ["a", "b"] {
        server.create_database(db);
    }
    server.sql(
        "a",
        "CREATE TABLE t (i INT PRIMARY KEY, x TEXT); INSERT INTO t VALUES (1, 'one'), (2, NULL)",
    );
    cell.carry(&url("a"), &url("b"));
    oracle::mysql((&server, "a"), (&server, "b")).expect("equal databases");
}

#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn an_unknown_host_is_an_error_and_no_crash() {
    let server = MariaDb::with("10.11").tls().start();
    let cell = Cell::new(server.authority());
    let error = cell
        .dumpkeep(&["dump", "mysql://root@nowhere.example/a", "-o", "/out/a"])
        .expect_err("no such host");
    assert!(error.starts_with("exit status: 1"), "{error}");
    assert!(error.contains("nowhere.example"), "{error}");
}

/// As in a container: nobody's files, a read-only root, a user without a name, a secret as a file,
/// `schedule` in the foreground, ended by SIGTERM.
#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn a_container_runs_its_schedule_as_any_user_with_a_read_only_root() {
    const USER: u32 = 54_321;
    let server = Postgres::with("15").tls().scram("s3cret").start();
    server.create_database("shop");
    server.sql("shop", "CREATE TABLE t AS SELECT 1 AS i");
    let cell = Cell::new(server.authority());
    let root = cell.0.path();
    for folder in ["run/secrets", "etc/dumpkeep", "store"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
    }
    let text = format!(
        "root = \"/store\"\n[[target]]\nname = \"t\"\ndatabases = [\"shop\"]\nschedule = \"0 0 1 1 *\"\n\
         url = \"postgres://postgres@db.example:{}/?sslmode=verify-full&sslrootcert=/ca.pem\"\n\
         password_file = \"/run/secrets/db\"\n",
        server.port()
    );
    fs::write(root.join("etc/dumpkeep/dumpkeep.toml"), text).expect("written");
    let secret = root.join("run/secrets/db");
    fs::write(&secret, "s3cret\n").expect("written");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o400);
    fs::set_permissions(&secret, mode).expect("closed");
    std::os::unix::fs::chown(&secret, Some(USER), Some(USER)).expect("given");
    for (path, mode) in [("", 0o755), ("ca.pem", 0o644)] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(root.join(path), mode).expect("open to all");
    }
    let _fixed = Mount::read_only(root);
    let store = root.join("store");
    let _room = Mount::memory(&store, "16m");
    // A backup of long ago: its next start was missed, and is made good at once.
    let dumps = store.join("t/shop/dumps");
    fs::create_dir_all(&dumps).expect("a folder");
    fs::write(dumps.join("shop_2020-01-01_00-00-00.sql.zst"), "old").expect("written");
    let old = "t/shop/dumps/shop_2020-01-01_00-00-00.sql.zst";
    for path in ["", "t", "t/shop", "t/shop/dumps", old] {
        std::os::unix::fs::chown(store.join(path), Some(USER), Some(USER)).expect("given");
    }
    assert!(
        fs::write(root.join("out/x"), "").is_err(),
        "it is read-only"
    );

    let mut command = Command::new("chroot");
    command.arg(format!("--userspec={USER}:{USER}")).arg(root);
    command.args(["/dumpkeep", "schedule", "--listen", "127.0.0.1:0"]);
    command.args(["-c", "/etc/dumpkeep/dumpkeep.toml"]);
    command
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let staying = Staying::start(command);
    until("run", || staying.get("/health").contains("\"exit_code\":0"));
    assert!(staying.get("/metrics").contains("dumpkeep_run_exit_code 0"));
    assert!(staying.get("/").contains("<h1>Backups of"));
    let made = fs::read_dir(&dumps).expect("dumps").count();
    assert_eq!(made, 2, "the old one and a new one");
    for entry in fs::read_dir(store.join("t/__GLOBAL__/dumps")).expect("the globals") {
        let meta = entry.expect("an entry").metadata().expect("there");
        assert_eq!(std::os::unix::fs::MetadataExt::uid(&meta), USER);
    }
    staying.signal("TERM");
    assert_eq!(staying.ended(), Some(0));
}

/// Restores a file of another dumper, as the folder's root has it.
fn comes_back(cell: &Cell, file: &str, to: &str) {
    cell.dumpkeep(&["restore", &format!("/out/{file}"), "--to", to])
        .unwrap_or_else(|error| panic!("{file}: {error}"));
}

#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn files_of_pg_dump_come_back_with_no_client_in_reach() {
    for version in ["12", "13", "14", "15", "16", "17", "18"] {
        let server = Postgres::with(version).tls().scram("secret").start();
        let cell = Cell::new(server.authority());
        server.create_database("shop");
        let sample = include_str!("../support/sample/postgres.sql");
        let roles = "CREATE ROLE shop_owner NOLOGIN CREATEDB; CREATE ROLE shop_reader LOGIN; \
                     CREATE ROLE \"Odd \"\"role\"\"\" NOINHERIT";
        server.sql("postgres", roles);
        let small = sample.replace("00000) i", "000) i").replace("50000", "500");
        server.sql("shop", &small);
        let newest = ["-Fp", "-Fc", "-Fd", "-Ft"].map(|format| ("pgclient", format));
        let older = newest.map(|(_, format)| ("pg15", format));
        let older = older.into_iter().filter(|_| version == "15");
        for (program, format) in newest.into_iter().chain(older) {
            let file = format!("{program}{format}");
            let mut dumper = server.client_of(program, "pg_dump", "shop");
            dumper.env("PGPASSWORD", "secret").arg(format).arg("-f");
            output(dumper.arg(cell.0.path().join("out").join(&file))).expect("pg_dump");
            server.create_database("back");
            let port = server.port();
            let url = format!(
                "postgres://postgres:secret@db.example:{port}/back?sslmode=verify-full&sslrootcert=/ca.pem"
            );
            comes_back(&cell, &file, &url);
            let equal = oracle::postgres_as_restored((&server, "shop"), (&server, "back"));
            equal.unwrap_or_else(|differences| panic!("{version} {format}: {differences}"));
            server.sql("postgres", "DROP DATABASE back");
        }
    }
}

#[test]
#[ignore = "needs target/static/dumpkeep, by scripts/build-static.sh"]
fn scripts_of_the_mysql_dumpers_come_back_with_no_client_in_reach() {
    let mariadb = ["10.5", "10.11", "11.8"].map(|version| MariaDb::with(version).tls().start());
    for server in mariadb
        .into_iter()
        .chain([MySql::with("9.7").tls().start()])
    {
        let cell = Cell::new(server.authority());
        server.create_database("shop");
        let sample = "CREATE TABLE t (i INT PRIMARY KEY, x TEXT, b BLOB, KEY x (x(10))); \
                      INSERT INTO t VALUES (1, 'one\\n', x'00ff27'), (2, NULL, NULL); \
                      CREATE VIEW v AS SELECT x FROM t; CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1; \
                      CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.x = UPPER(NEW.x)";
        server.sql("shop", sample);
        let mut dumper = server.dumper();
        dumper.arg(format!(
            "--result-file={}",
            cell.0.path().join("out/a").display()
        ));
        output(dumper.args(["--routines", "--events", "--triggers", "shop"])).expect("the dumper");
        server.create_database("back");
        let scheme = if server.is_mariadb() {
            "mariadb"
        } else {
            "mysql"
        };
        let port = server.port();
        let url = format!(
            "{scheme}://root@db.example:{port}/back?ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem"
        );
        comes_back(&cell, "a", &url);
        oracle::mysql((&server, "shop"), (&server, "back")).expect("equal databases");
    }
}
