//! The static binary in an empty folder: nothing there but `/etc/hosts`, an authority's certificate
//! and a folder to write to. `scripts/test.sh` builds it before it runs this.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::oracle;
use crate::support::server::{MariaDb, Postgres, output};

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
