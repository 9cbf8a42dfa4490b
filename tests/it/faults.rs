//! What goes wrong while an archive is made: the error says so, and nothing is left behind.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use dumpkeep::archive::codec::{Codec, Encoder};
use dumpkeep::archive::toc::{ArchiveKind, FORMAT, Head};
use dumpkeep::archive::writer::{Sealed, Writer};
use dumpkeep::error::{Kind, Result};
use dumpkeep::source::ServerInfo;
use dumpkeep::sql::dialect::Dialect;

use crate::support::command::{dumpkeep, finished, ran};
use crate::support::faulty::{Fault, Faulty};
use crate::support::proxy::{Proxy, Then};
use crate::support::server::{MariaDb, MySqlServer, Postgres};

fn head() -> Head {
    Head {
        format: FORMAT,
        tool: "0.0.0".into(),
        kind: ArchiveKind::Database,
        dialect: Dialect::Postgres,
        server: ServerInfo::default(),
        database: dumpkeep::archive::toc::Text::default(),
        encoding: "UTF8".into(),
        position: None,
        started: chrono::DateTime::UNIX_EPOCH,
        ended: chrono::DateTime::UNIX_EPOCH,
        codec: "zstd:3".into(),
        switches: Vec::new(),
        warnings: Vec::new(),
    }
}

fn write<W: Write>(out: W, codec: Codec) -> Result<(W, Sealed)> {
    let mut writer = Writer::new(out, codec);
    let mut encoder = Encoder::new(codec)?;
    for sql in ["-- dumpkeep\n", "SELECT 1;\n", "-- dumpkeep: complete\n"] {
        writer.append(&encoder.encode(sql.as_bytes())?, &[])?;
    }
    writer.finish(head(), [], |_| Ok(()))
}

#[test]
fn a_writer_that_fails_anywhere_fails_the_archive() {
    for codec in [Codec::Zstd(3), Codec::Gzip(6), Codec::None] {
        let (whole, _) = write(Vec::new(), codec).expect("a whole archive");
        for fault in [Fault::Broken, Fault::Full, Fault::Stuck] {
            for limit in 0..whole.len() {
                match write(Faulty::after(limit, fault), codec) {
                    Err(error) => assert_eq!(error.kind(), Kind::Io, "{error}"),
                    Ok(_) => panic!("{codec} {fault:?} at byte {limit} went unnoticed"),
                }
            }
        }
        let (short, _) = write(Faulty::after(0, Fault::Short(7)), codec).expect("short writes");
        assert_eq!(short.taken, whole);
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    };
    entries.map(name).collect()
}

const MYSQL: &str = "CREATE TABLE t (id INT PRIMARY KEY, body VARCHAR(200));\n\
INSERT INTO t SELECT seq, REPEAT('x', 100) FROM seq_1_to_20000;";

fn mariadb() -> MySqlServer {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("shop", MYSQL);
    server
}

/// Cuts the dump's connections after so many bytes each; how far the last, whole one came is told.
fn cut_everywhere(folder: &Path, run: impl Fn(u64) -> (u64, Option<i32>, String)) {
    let (left, code, said) = run(u64::MAX / 2);
    assert_eq!(code, Some(0), "{said}");
    let used = u64::MAX / 2 - left;
    std::fs::remove_file(folder.join("a")).expect("the archive");
    for part in 0..24 {
        let bytes = used * part / 24;
        let (_, code, said) = run(bytes);
        assert_eq!(code, Some(1), "cut after {bytes} of {used} bytes: {said}");
        assert!(said.starts_with("error: "), "{said}");
        assert_eq!(files(folder), Vec::<String>::new(), "after {bytes} bytes");
    }
}

#[test]
fn a_connection_to_mariadb_that_is_cut_leaves_nothing() {
    let server = mariadb();
    server.sql(
        "",
        "CREATE USER dumper@localhost IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO dumper@localhost",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("a").display().to_string();
    cut_everywhere(folder.path(), |bytes| {
        let proxy = Proxy::start(&server.socket(), bytes, Then::Cut);
        let url = format!(
            "mysql://dumper:pw@127.0.0.1:{}/shop?ssl-mode=DISABLED",
            proxy.port
        );
        let ran = ran(&["dump", &url, "-o", &to, "--jobs", "2"]);
        (proxy.left(), ran.code, ran.err)
    });
}

#[test]
fn a_connection_to_postgres_that_is_cut_leaves_nothing() {
    let server = Postgres::start("15");
    server.create_database("shop");
    server.sql("shop", "CREATE SCHEMA a; CREATE TYPE a.b AS ENUM ('c')");
    let folder = tempfile::tempdir().expect("a folder");
    let to = folder.path().join("a").display().to_string();
    let socket = server
        .socket_folder()
        .join(format!(".s.PGSQL.{}", server.port()));
    cut_everywhere(folder.path(), |bytes| {
        let proxy = Proxy::start(&socket, bytes, Then::Cut);
        let url = format!(
            "postgres://postgres@127.0.0.1:{}/shop?sslmode=disable",
            proxy.port
        );
        let ran = ran(&["dump", &url, "-o", &to, "--jobs", "2"]);
        (proxy.left(), ran.code, ran.err)
    });
}

#[test]
fn a_device_without_room_is_said() {
    let server = mariadb();
    let ran = ran(&["dump", &server.url("shop"), "-o", "/dev/full"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("No space left"), "{}", ran.err);
    assert!(Path::new("/dev/full").exists());
}

/// Starts a dump whose connection stalls in the middle, and waits for its partial file.
fn stalled(server: &MySqlServer, folder: &Path) -> std::process::Child {
    let proxy = Proxy::start(&server.socket(), 400_000, Then::Stall);
    let url = format!(
        "mysql://dumper:pw@127.0.0.1:{}/shop?ssl-mode=DISABLED",
        proxy.port
    );
    let child = dumpkeep()
        .args(["dump", &url, "-o"])
        .arg(folder.join("a"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("dumpkeep starts");
    for _ in 0..200 {
        if proxy.left() == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(proxy.left(), 0, "the dump never came so far");
    child
}

#[test]
fn a_dump_that_is_ended_takes_its_partial_file_along() {
    let server = mariadb();
    server.sql(
        "",
        "CREATE USER dumper@localhost IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO dumper@localhost",
    );
    let folder = tempfile::tempdir().expect("a folder");
    for (signal, code) in [("TERM", Some(143)), ("INT", Some(130)), ("KILL", None)] {
        let child = stalled(&server, folder.path());
        assert_eq!(files(folder.path()).len(), 1, "one partial file");
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &child.id().to_string()])
            .status();
        assert!(sent.expect("kill").success());
        let ran = finished(child.wait_with_output().expect("its end"));
        assert_eq!(ran.code, code, "{signal}: {}", ran.err);
        let left = files(folder.path());
        match code {
            Some(_) => assert_eq!(left, Vec::<String>::new(), "{signal}"),
            None => assert!(
                left.iter().all(|name| name.ends_with(".partial")),
                "{left:?}"
            ),
        }
    }
}
