//! Small tables' rows that go together on MySQL and MariaDB: how many they are, that the others lose nothing by one
//! that the server refuses, and that nothing is kept of what follows a refusal.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::command::{Ran, ran};
use crate::support::mysql_archive::{nowhere, wait};
use crate::support::oracle;
use crate::support::server::{MariaDb, MySql, MySqlServer};
use dumpkeep::mysql::target::MysqlTarget;
use dumpkeep::source::Target as _;

const TABLES: u32 = 40;

struct Start {
    server: MySqlServer,
    archive: String,
    _folder: tempfile::TempDir,
}

/// Forty tables, and these.
fn start(server: MySqlServer, more: &str) -> Start {
    server.create_database("a");
    let table = |i: u32| {
        format!(
            "CREATE TABLE small_{i} (id INT PRIMARY KEY, a VARCHAR(20)) ENGINE=InnoDB;
             INSERT INTO small_{i} VALUES ({i}, 'one'), (100, 'it''s'), (101, NULL);"
        )
    };
    let tables: String = (1..=TABLES).map(table).collect();
    server.sql("a", &(tables + more));
    let folder = tempfile::tempdir().expect("a folder");
    let archive = folder.path().join("a").display().to_string();
    let dumped = ran(&["dump", &server.url("a"), "-o", &archive]);
    assert_eq!(dumped.code, Some(0), "{}", dumped.err);
    Start {
        server,
        archive,
        _folder: folder,
    }
}

impl Start {
    fn restore(&self, parameters: &str, more: &[&str]) -> Ran {
        let url = format!("{}&{parameters}", self.server.url("b"));
        let restore = ["restore", &self.archive, "--to", &url];
        ran(&[&restore, more].concat())
    }

    /// Commits so far.
    fn commits(&self) -> u32 {
        let found = self.server.sql("", "SHOW GLOBAL STATUS LIKE 'Com_commit'");
        let count = found.split_whitespace().last().expect("a row");
        count.parse().expect("a number")
    }

    /// Restores all of it, and tells how many commits that took.
    fn whole(&self, parameters: &str, jobs: &str) -> u32 {
        self.server
            .sql("", "DROP DATABASE IF EXISTS b; CREATE DATABASE b");
        let before = self.commits();
        let mut url = self.server.url("");
        url.push('&');
        url.push_str(parameters);
        let proof = [
            "verify",
            &self.archive,
            "--restore-to",
            &url,
            "--jobs",
            jobs,
        ];
        let proven = ran(&proof);
        assert_eq!(proven.code, Some(0), "{}", proven.err);
        let of_proof = self.commits() - before;
        assert!(of_proof < TABLES, "{of_proof}");
        let before = self.commits();
        let done = self.restore(parameters, &["--jobs", jobs]);
        assert_eq!((done.code, done.err.as_str()), (Some(0), ""));
        oracle::mysql((&self.server, "a"), (&self.server, "b")).expect("equal");
        self.commits() - before
    }
}

#[test]
fn they_go_together_on_every_server() {
    let maria = ["10.5", "10.11", "11.8"].map(MariaDb::start);
    let servers = maria.into_iter().chain(["9.7", "5.6"].map(MySql::start));
    for server in servers {
        let start = start(server, "");
        // A quarter of what is left, and of that a quarter.
        for parameters in ["connect-timeout=30", "compression-algorithms=zlib"] {
            let commits = start.whole(parameters, "1");
            assert!(commits < TABLES / 2, "{commits}");
        }
        start.whole("connect-timeout=30", "2");
    }
}

/// Tables whose rows can't be taken back, or are no plain texts, or come with warnings.
#[test]
fn others_go_by_themselves() {
    const ODD: &str = "
        CREATE TABLE small_mine (id INT PRIMARY KEY) ENGINE=MyISAM; INSERT INTO small_mine VALUES (1), (2);
        CREATE TABLE small_told (a VARCHAR(9), b INT AS (a + 1) STORED) ENGINE=InnoDB;
        SET sql_mode = ''; INSERT INTO small_told (a) VALUES ('7x'), ('8');";
    const OWN: &str = "CREATE TABLE small_own (a UUID, b INET6) ENGINE=InnoDB;
        INSERT INTO small_own VALUES ('01234567-89ab-cdef-0123-456789abcdef', '::1');";
    for server in [MariaDb::start("10.11"), MySql::start("9.7")] {
        let own = if server.is_mariadb() { OWN } else { "" };
        let start = start(server, &format!("{ODD}{own}"));
        for jobs in ["1", "2"] {
            start.whole("connect-timeout=30", jobs);
        }
    }
}

/// The user may not fill one of them.
#[test]
fn the_others_are_kept_and_the_right_one_is_named() {
    for server in [MariaDb::start("10.11"), MySql::start("9.7")] {
        let start = start(server, "");
        let fill = |i: u32| format!("GRANT CREATE, INSERT ON b.small_{i} TO u@localhost;");
        let filled: String = (1..=TABLES).filter(|i| *i != 17).map(fill).collect();
        start.server.sql(
            "",
            &format!(
                "CREATE DATABASE b; CREATE USER u@localhost;
                 GRANT CREATE, INSERT ON b.dumpkeep_restore TO u@localhost; {filled}
                 GRANT SELECT, CREATE, DROP, ALTER, INDEX, DELETE, REFERENCES ON b.* TO u@localhost"
            ),
        );
        let restore = |more: &[&str]| {
            let url = start.server.url("b").replacen("root@", "u@", 1);
            ran(&[
                &["restore", &start.archive, "--to", &url, "--jobs", "2"],
                more,
            ]
            .concat())
        };
        let failed = restore(&[]);
        assert_eq!(failed.code, Some(1), "{}", failed.err);
        let named = "restoring table_data small_17\n";
        assert!(failed.err.contains(named), "{}", failed.err);
        assert!(failed.err.contains("(1142)"), "{}", failed.err);
        // Nothing is done twice by what goes on.
        start.server.sql("", &fill(17));
        let resumed = restore(&["--resume"]);
        assert_eq!(resumed.code, Some(0), "{}", resumed.err);
        oracle::mysql((&start.server, "a"), (&start.server, "b")).expect("equal");
    }
}

/// A deadlock ends the transaction, and the server goes on with what was sent behind.
#[test]
fn nothing_is_kept_of_what_was_sent_behind_a_deadlock() {
    for server in [
        MariaDb::start("10.11"),
        MySql::start("9.7"),
        MySql::start("5.6"),
    ] {
        server.create_database("a");
        for table in ["t", "u", "v", "w"] {
            let made = format!("CREATE TABLE {table} (id INT PRIMARY KEY) ENGINE=InnoDB");
            server.sql("a", &made);
        }
        wait(deadlock(&server));
        let kept = "SELECT COUNT(*), COALESCE(MAX(id), 0) FROM v";
        assert_eq!(server.sql("a", kept), "1\t2");
    }
}

async fn deadlock(server: &MySqlServer) {
    let connect = async || {
        let target = MysqlTarget::connect(&server.url("a"), &nowhere()).await;
        target.expect("a connection")
    };
    let (mut one, mut other) = (connect().await, connect().await);
    // Who has done more goes on.
    let many = (1..=100)
        .map(|i| format!("({i})"))
        .collect::<Vec<_>>()
        .join(", ");
    let many = format!("INSERT INTO w VALUES {many}");
    for sql in ["START TRANSACTION", &many, "INSERT INTO u VALUES (1)"] {
        other.execute(sql.as_bytes()).await.expect("done");
    }
    assert!(one.together(&[b"t", b"u", b"v"]).await.expect("an answer"));
    one.execute(b"START TRANSACTION").await.expect("begun");
    one.pipeline(true).await.expect("nothing to wait for");
    for sql in [
        "INSERT INTO t VALUES (1)",
        "INSERT INTO u VALUES (1)",
        "INSERT INTO v VALUES (1)",
    ] {
        one.execute(sql.as_bytes()).await.expect("sent");
    }
    let waits = "SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    while server.sql("", waits) != "1" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let done = other.execute(b"INSERT INTO t VALUES (1)").await;
    done.expect("the other one gave way");
    let refused = one.pipeline(false).await.expect_err("a deadlock");
    assert_eq!(refused.server_code(), Some("1213"));
    one.execute(b"ROLLBACK").await.expect("taken back");
    one.apart().await.expect("over");
    one.execute(b"INSERT INTO v VALUES (2)")
        .await
        .expect("kept at once");
    other.execute(b"ROLLBACK").await.expect("taken back");
}

/// What stands in between may answer for another server, and take one command at a time only.
#[test]
fn nothing_is_sent_ahead_through_a_proxy_unless_told() {
    let start = start(MariaDb::with("10.11").tcp().start(), "");
    for (other, parameter, ahead) in [
        (false, "", true),
        (false, "&pipelining=0", false),
        (true, "", false),
        (true, "&pipelining=1", true),
    ] {
        let seen = Arc::new(AtomicBool::new(false));
        let port = between(start.server.port(), other, &seen);
        let user = "CREATE USER IF NOT EXISTS far@'127.0.0.1'; GRANT ALL ON *.* TO far@'127.0.0.1'";
        start.server.sql("", user);
        let url = format!("mysql://far@127.0.0.1:{port}/a?ssl-mode=DISABLED{parameter}");
        let dumped = ran(&["dump", &url, "-o", &start.archive, "--force"]);
        assert_eq!(dumped.code, Some(0), "{}", dumped.err);
        assert_eq!(seen.load(Ordering::SeqCst), ahead, "{other} {parameter}");
        start.whole("connect-timeout=30", "1");
    }
}

/// Passes connections on; `other`: greets with the number of another thread. Notes whether commands come
/// together.
fn between(port: u16, other: bool, seen: &Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    let seen = Arc::clone(seen);
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let client = client.expect("a client");
            let server = TcpStream::connect(("127.0.0.1", port)).expect("the server");
            let back = (
                server.try_clone().expect("a stream"),
                client.try_clone().expect("a stream"),
            );
            std::thread::spawn(move || {
                pass(back.0, back.1, |bytes, first| {
                    if first && other {
                        // behind the packet's head, the protocol's number and the version
                        let version = bytes.iter().skip(5).position(|byte| *byte == 0);
                        bytes[5 + version.expect("a greeting") + 1] ^= 1;
                    }
                })
            });
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || {
                pass(client, server, |bytes, _| {
                    let length = usize::from(bytes[0]) | usize::from(bytes[1]) << 8;
                    let is_command = bytes.get(3) == Some(&0) && bytes.get(4) == Some(&3);
                    if is_command && bytes.len() > length + 4 {
                        seen.store(true, Ordering::SeqCst);
                    }
                })
            });
        }
    });
    own
}

fn pass(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&mut [u8], bool)) {
    let mut room = vec![0; 64 << 10];
    let mut first = true;
    loop {
        let Ok(count @ 1..) = from.read(&mut room) else {
            let _ = to.shutdown(std::net::Shutdown::Write);
            return;
        };
        look(&mut room[..count], first);
        first = false;
        if to.write_all(&room[..count]).is_err() {
            return;
        }
    }
}
