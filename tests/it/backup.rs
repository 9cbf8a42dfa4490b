//! Whole runs against real servers: the store, the exit codes, what a killed run leaves.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::command::{finished, ran};
use crate::support::night::Night;
use crate::support::proxy::{Proxy, Then};
use crate::support::server::{MariaDb, Postgres};

fn target(server: &Postgres, more: &str) -> String {
    let url = server.url("postgres");
    format!("[[target]]\nname = \"t\"\nurl = \"{url}\"\nexclude = [\"postgres\"]\n{more}\n")
}

const SHOP: &str = "CREATE TABLE customer (id int PRIMARY KEY, name text);
    INSERT INTO customer SELECT i, 'name ' || i FROM generate_series(1, 1000) i;";

fn server() -> Postgres {
    let server = Postgres::start("15");
    for database in ["shop", "crm"] {
        server.create_database(database);
        server.sql(database, SHOP);
    }
    server
}

#[test]
fn a_night_goes_well_and_says_nothing() {
    let server = server();
    let night = Night::new(&target(&server, ""));
    for _ in 0..2 {
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    }
    for database in ["shop", "crm", "__GLOBAL__"] {
        assert_eq!(night.dumps(database).len(), 2, "{:?}", night.files());
        for class in ["daily", "weekly", "monthly", "yearly"] {
            let folder = format!("t/{database}/{class}/");
            let links = night.files().into_keys();
            assert_eq!(links.filter(|name| name.starts_with(&folder)).count(), 1);
        }
    }
    assert_eq!(
        fs::read_dir(night.store().join("logs"))
            .expect("logs")
            .count(),
        2
    );
    let status = night.run(&["status", "--max-age", "1h"]);
    assert_eq!(status.code, Some(0), "{status:?}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let server = server();
    let night = Night::new(&target(&server, ""));
    let ran = night.run(&["backup", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let listed =
        "  globals\n  crm\n  shop\na dry run: 3 backups would be made; nothing was written\n";
    assert!(ran.out.ends_with(listed), "{ran:?}");
    assert!(!night.store().exists());
}

#[test]
fn a_failed_database_is_4_and_prunes_nothing_of_it() {
    let server = server();
    let retention = "dump = { lock_timeout = \"1s\" }\nretention = { last = 1, days = 0, weeks = 0, months = 0, years = 0 }";
    let night = Night::new(&target(&server, retention));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    let before = night.files();
    // Two more of yesterday, which a good run would prune.
    for database in ["shop", "crm"] {
        let dumps = night.store().join(format!("t/{database}/dumps"));
        for day in ["01", "02"] {
            fs::write(
                dumps.join(format!("{database}_2020-01-{day}_00-00-00.sql.zst")),
                "old",
            )
            .expect("written");
        }
    }
    let _holder = Holder::lock(&server, "shop", "customer");
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(
        ran.err.contains("customer") && ran.err.contains("database shop"),
        "{ran:?}"
    );
    assert_eq!(night.dumps("shop").len(), 3);
    assert_eq!(night.dumps("crm").len(), 1, "crm went on and was pruned");
    for name in before.keys().filter(|name| name.starts_with("t/shop/")) {
        assert!(night.files().contains_key(name), "{name} is as it was");
    }
    assert!(night.files().keys().all(|name| !name.ends_with(".partial")));
}

#[test]
fn a_named_database_that_is_missing_is_4() {
    let server = server();
    let night = Night::new(&target(&server, "databases = [\"shop\", \"nosuch\"]"));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("there is no database nosuch"), "{ran:?}");
    assert_eq!(night.dumps("shop").len(), 1);
}

#[test]
fn patterns_that_find_no_database_are_4_and_no_success() {
    let server = server();
    for wanted in ["databases = [\"nosuch_*\"]", "exclude = [\"*\"]"] {
        let url = server.url("postgres");
        let night = Night::new(&format!(
            "[[target]]\nname = \"t\"\nurl = \"{url}\"\n{wanted}"
        ));
        for arguments in [&["backup", "--dry-run"][..], &["backup"], &["check"]] {
            let ran = night.run(arguments);
            let code = if arguments == ["check"] { 1 } else { 4 };
            assert_eq!(ran.code, Some(code), "{wanted}: {ran:?}");
            let said = format!("{}{}", ran.out, ran.err);
            assert!(said.contains("no database was found"), "{wanted}: {ran:?}");
        }
        assert_eq!(night.dumps("__GLOBAL__").len(), 1);
    }
    let globals_alone = Night::new(&format!(
        "[[target]]\nname = \"t\"\nurl = \"{}\"\ndatabases = []\n",
        server.url("postgres")
    ));
    assert_eq!(globals_alone.run(&["backup"]).code, Some(0));
    let night = Night::new(&target(&server, ""));
    let ran = night.run(&["backup", "--database", "nosuch_*"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("--database"), "{ran:?}");
    assert_eq!(night.run(&["backup", "--database", "sh*"]).code, Some(0));
}

/// Servers hide databases from accounts without rights on them.
#[test]
fn an_account_that_sees_no_database_has_none_to_save() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql("", "CREATE USER blind@localhost IDENTIFIED BY 'x'");
    let socket = server.socket().display().to_string();
    let night = Night::new(&format!(
        "[[target]]\nname = \"t\"\nglobals = false\n\
         url = \"mysql://blind:x@localhost/?socket={socket}\"\n"
    ));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.err.contains("no database was found"), "{ran:?}");
    let url = format!("mysql://blind:x@localhost/?socket={socket}");
    let globals = crate::support::command::ran(&["globals", &url, "-o", "/dev/null"]);
    assert_eq!(globals.code, Some(1), "{globals:?}");
    assert!(globals.err.contains("SELECT on mysql.*"), "{globals:?}");
}

#[test]
fn two_runs_at_once_one_is_75() {
    let server = server();
    let night = Night::new(&target(&server, "dump = { lock_timeout = \"60s\" }"));
    let mut holder = Holder::lock(&server, "shop", "customer");
    let first = night.command().spawn().expect("dumpkeep starts");
    let lock = night.store().join("logs");
    wait_for(|| lock.exists());
    let second = night.run(&["backup"]);
    assert_eq!(second.code, Some(75), "{second:?}");
    assert_eq!(night.run(&["prune"]).code, Some(75));
    holder.release();
    let first = finished(first.wait_with_output().expect("ends"));
    assert_eq!(first.code, Some(0), "{first:?}");
}

#[test]
fn killed_in_the_middle_leaves_the_store_as_it_was() {
    let server = server();
    let night = Night::new(&target(&server, "databases = [\"shop\"]\nglobals = false"));
    for (signal, code) in [("KILL", None), ("TERM", Some(143)), ("INT", Some(130))] {
        let good = night.run(&["backup"]);
        assert_eq!(good.code, Some(0), "{good:?}");
        let before = night.files();
        let left = before.keys().filter(|name| name.ends_with(".partial"));
        assert_eq!(left.count(), 0, "{before:?}");
        let mut holder = Holder::lock(&server, "shop", "customer");
        let child = night.command().spawn().expect("dumpkeep starts");
        wait_for(|| night.files().len() > before.len());
        let kill = Command::new("kill")
            .args([&format!("-{signal}"), &child.id().to_string()])
            .status();
        assert!(kill.expect("kill").success());
        let ended = finished(child.wait_with_output().expect("ends"));
        assert_eq!(ended.code, code, "{ended:?}");
        holder.release();
        let mut after = night.files();
        let partials = after
            .keys()
            .filter(|name| name.ends_with(".partial"))
            .count();
        assert_eq!(partials, usize::from(signal == "KILL"), "{after:?}");
        after.retain(|name, _| !name.ends_with(".partial"));
        assert_eq!(after, before);
    }
}

/// Another session that locks a table, so that a run waits.
struct Holder<'a>(&'a Postgres, std::process::Child);

impl<'a> Holder<'a> {
    fn lock(server: &'a Postgres, database: &str, table: &str) -> Self {
        let sql =
            format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(120)");
        let child = server
            .psql(database)
            .args(["-c", &sql])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("psql starts");
        wait_for(|| {
            let held =
                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted";
            server.sql(database, held).trim() != "0"
        });
        Self(server, child)
    }

    fn release(&mut self) {
        // The server notices a dead client only when it has something to say to it.
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'BEGIN; LOCK%'";
        self.0.sql("postgres", end);
        let _ = self.1.wait();
    }
}

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        self.release();
    }
}

fn wait_for(mut done: impl FnMut() -> bool) {
    for _ in 0..600 {
        if done() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("waited for 30 seconds");
}

#[test]
fn no_password_in_any_output() {
    const MARKER: &str = "m4rk3r-S3cret";
    let server = Postgres::with("15").tcp().scram(MARKER).start();
    server.create_database("shop");
    server.sql("shop", SHOP);
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), format!("{MARKER}\n")).expect("written");
    let port = server.port();
    let file = secret.path().display();
    let night = Night::new(&format!(
        "[[target]]\nname = \"t\"\nurl = \"postgres://postgres@127.0.0.1:{port}/?sslmode=disable\"\n\
         password_file = \"{file}\"\nexclude = [\"postgres\"]\n\
         [[target]]\nname = \"bad\"\nurl = \"postgres://postgres:x{MARKER}@127.0.0.1:{port}/?sslmode=disable\"\n"
    ));
    let ran = night.run(&["backup", "-vvv"]);
    assert_eq!(
        ran.code,
        Some(4),
        "the second target's password is wrong: {ran:?}"
    );
    assert_eq!(night.dumps("shop").len(), 1, "{ran:?}");
    let json = night.run(&["backup", "--json"]).out;
    assert!(json.contains("\"rows\": 1000"), "{json}");
    let mut all = vec![ran.out, ran.err, json];
    for entry in fs::read_dir(night.store().join("logs")).expect("logs") {
        all.push(fs::read_to_string(entry.expect("an entry").path()).expect("a log"));
    }
    for text in all {
        assert!(!text.contains(MARKER), "{text}");
    }
}

#[test]
fn what_is_in_the_way_of_the_store_is_said() {
    let server = server();
    let night = Night::new(&target(&server, ""));
    fs::write(night.store(), "a file").expect("written");
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("store"), "{ran:?}");
    assert_eq!(
        fs::read_to_string(night.store()).expect("as it was"),
        "a file"
    );
}

#[test]
fn mariadb_too() {
    let server = MariaDb::start("10.11");
    for database in ["shop", "crm"] {
        server.sql("", &format!("CREATE DATABASE {database}"));
        server.sql(
            database,
            "CREATE TABLE t (i INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)",
        );
    }
    let url = server.url("");
    let night = Night::new(&format!("[[target]]\nname = \"t\"\nurl = \"{url}\"\n"));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for database in ["shop", "crm", "__GLOBAL__"] {
        assert_eq!(night.dumps(database).len(), 1, "{:?}", night.files());
    }
    let check = night.run(&["check"]);
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[test]
fn check_says_tonights_failures_now() {
    let server = server();
    let night = Night::new(&target(&server, "databases = [\"shop\"]"));
    let well = night.run(&["check"]);
    assert_eq!(well.code, Some(0), "{well:?}");
    assert!(well.out.contains("objects can be dumped"), "{well:?}");
    assert!(!night.store().exists(), "nothing was made");
    assert_eq!(ran(&["check", &server.url("crm")]).code, Some(0));

    server.sql(
        "shop",
        "CREATE ROLE poor LOGIN; REVOKE ALL ON customer FROM PUBLIC",
    );
    let url = server.url("postgres").replace("user=postgres", "user=poor");
    let night = Night::new(&format!(
        "[[target]]\nname = \"t\"\nurl = \"{url}\"\ndatabases = [\"shop\", \"nosuch\"]\n\
         [[target]]\nname = \"away\"\nurl = \"postgres://127.0.0.1:1/\"\n"
    ));
    let ill = night.run(&["check"]);
    assert_eq!(ill.code, Some(1), "{ill:?}");
    for said in ["customer", "there is no database nosuch", "127.0.0.1:1"] {
        assert!(ill.out.contains(said), "{said}: {}", ill.out);
    }
}

#[test]
fn hostile_database_names_stay_in_their_folders() {
    let server = Postgres::start("15");
    let names = [
        "../../x",
        "-rf",
        "a\nb",
        "__GLOBAL__",
        "..",
        "caf\u{e9} \"q\" 'p'",
    ];
    for name in names {
        let quoted = name.replace('"', "\"\"");
        server.sql("postgres", &format!("CREATE DATABASE \"{quoted}\""));
    }
    let night = Night::new(&target(&server, ""));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let outside = fs::read_dir(night.store()).expect("the store");
    let mut outside: Vec<_> = outside
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    outside.sort();
    assert_eq!(outside, [".dumpkeep.lock", "logs", "t"]);
    for folder in [
        "%2E.%2F..%2Fx",
        "%2Drf",
        "a%0Ab",
        "%5F_GLOBAL__",
        "%2E.",
        "__GLOBAL__",
    ] {
        assert_eq!(night.dumps(folder).len(), 1, "{:?}", night.files());
    }
    let status = night.run(&["status", "--json"]).out;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let listed = status["databases"].as_array().expect("a list");
    for name in names {
        assert!(
            listed.iter().any(|database| database["database"] == name),
            "{name}"
        );
    }
}

#[test]
fn progress_is_json_on_request() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (i INT); INSERT INTO t VALUES (1), (2)",
    );
    let url = server.url("");
    let night = Night::new(&format!("[[target]]\nname = \"t\"\nurl = \"{url}\"\n"));
    let ran = night.run(&["backup", "--progress", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines: Vec<serde_json::Value> = ran
        .err
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    let of = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!(
        (of("task"), of("task_done"), of("item_done")),
        (1, 1, 1),
        "{lines:?}"
    );
    let done = lines
        .iter()
        .find(|line| line["event"] == "task_done")
        .expect("an end");
    assert_eq!(done["rows"], 2);
}

#[test]
fn so_many_databases_are_dumped_at_once() {
    let server = server();
    let night = Night::new(&target(
        &server,
        "parallel_databases = 2\njobs = 2\nglobals = false\ndump = { lock_timeout = \"100s\" }",
    ));
    let mut holders: Vec<Holder<'_>> = ["shop", "crm"]
        .map(|database| Holder::lock(&server, database, "customer"))
        .into();
    let run = night.command().spawn().expect("dumpkeep starts");
    // Both wait for their locks: neither was begun only when the other was done.
    wait_for(|| {
        let waiting = "SELECT count(DISTINCT database) FROM pg_locks WHERE NOT granted";
        server.sql("postgres", waiting).trim() == "2"
    });
    holders.iter_mut().for_each(Holder::release);
    let ran = finished(run.wait_with_output().expect("ends"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        (night.dumps("shop").len(), night.dumps("crm").len()),
        (1, 1)
    );
}

#[test]
fn more_at_once_than_the_server_takes_wait_for_each_other() {
    let server = Postgres::with("15")
        .setting("max_connections", "8")
        .setting("superuser_reserved_connections", "1")
        .setting("max_wal_senders", "0")
        .setting("wal_level", "replica")
        .start();
    let names = ["a", "b", "c", "d", "e", "f"];
    for database in names {
        server.create_database(database);
        server.sql(database, SHOP);
    }
    let night = Night::new(&target(
        &server,
        "parallel_databases = 6\njobs = 3\nretries = 8",
    ));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for database in names {
        assert_eq!(night.dumps(database).len(), 1);
    }
}

/// What the newest run's log says.
fn log(night: &Night) -> String {
    let logs = fs::read_dir(night.store().join("logs"));
    let logs = logs.into_iter().flatten();
    let newest = logs.map(|entry| entry.expect("an entry").path()).max();
    newest.map_or_else(String::new, |log| fs::read_to_string(log).expect("read"))
}

#[test]
fn a_lost_connection_is_tried_again_after_a_pause() {
    let server = MariaDb::start("10.11");
    server.create_database("shop");
    server.sql(
        "shop",
        "CREATE TABLE t (i INT PRIMARY KEY, x TEXT); INSERT INTO t SELECT seq, REPEAT('x', 200) FROM seq_1_to_20000;
         CREATE USER b@localhost IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO b@localhost",
    );
    for (retries, code) in [(0, 4), (3, 0)] {
        let proxy = Proxy::start(&server.socket(), 600_000, Then::Cut);
        let night = Night::new(&format!(
            "[[target]]\nname = \"t\"\nurl = \"mysql://b:pw@127.0.0.1:{}/?ssl-mode=DISABLED\"\n\
             databases = [\"shop\"]\nglobals = false\nretries = {retries}\n",
            proxy.port
        ));
        let run = night.command().spawn().expect("dumpkeep starts");
        if retries > 0 {
            wait_for(|| log(&night).contains("waits 3.0s"));
            proxy.refill();
        }
        let ran = finished(run.wait_with_output().expect("ends"));
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(
            log(&night).matches("begins again").count(),
            usize::from(retries > 0)
        );
        assert_eq!(night.files().len(), if code == 0 { 6 } else { 0 });
    }
}

#[test]
fn a_wrong_password_is_not_tried_again() {
    let server = Postgres::with("15").scram("right").start();
    let port = server.port();
    let night = Night::new(&format!(
        "[[target]]\nname = \"t\"\nurl = \"postgres://postgres:wrong@127.0.0.1:{port}/?sslmode=disable\"\nretries = 60\n"
    ));
    let ran = night.run(&["backup"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(!log(&night).contains("begins again"));
}

#[test]
fn a_password_file_that_others_may_read_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = Postgres::with("15").scram("right").start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pgpass");
    fs::write(&file, "*:*:*:*:right\n").expect("written");
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
    for (mode, code) in [(0o644, 1), (0o600, 0)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("chmod");
        let mut command = crate::support::command::dumpkeep();
        command
            .env("PGPASSFILE", &file)
            .args(["dump", &url, "-o", "/dev/null"]);
        let ran = finished(command.output().expect("dumpkeep starts"));
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert_eq!(
            ran.err.contains("can be read by others"),
            code == 1,
            "{ran:?}"
        );
    }
}

#[test]
fn templates_are_dumped_where_they_are_wanted() {
    let server = Postgres::start("15");
    server.create_database("shop");
    for (more, count) in [
        ("", 0),
        ("template = true", 1),
        ("databases = [\"template1\"]", 1),
    ] {
        let night = Night::new(&target(&server, more));
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(night.dumps("template1").len(), count, "{more}");
        assert!(night.dumps("template0").is_empty());
    }
}

#[test]
fn a_new_database_is_found_by_itself() {
    let server = server();
    let night = Night::new(&target(&server, "databases = [\"s*\"]\nglobals = false"));
    assert_eq!(night.run(&["backup"]).code, Some(0));
    server.create_database("shop_2");
    assert_eq!(night.run(&["backup"]).code, Some(0));
    assert_eq!(
        (night.dumps("shop").len(), night.dumps("shop_2").len()),
        (2, 1)
    );
    assert!(night.dumps("crm").is_empty());
}

#[test]
fn a_target_has_its_own_compression_retention_and_switches() {
    let server = server();
    server.sql(
        "shop",
        "CREATE TABLE log (i int); INSERT INTO log VALUES (1), (2)",
    );
    let url = server.url("postgres");
    let night = Night::new(&format!(
        "compression = {{ method = \"xz\" }}\n[[target]]\nname = \"t\"\nurl = \"{url}\"\ndatabases = [\"shop\"]\nglobals = false\n\
         compression = {{ method = \"gzip\", level = 1 }}\nretention = {{ last = 1, days = 0, weeks = 0, months = 0, years = 0 }}\n\
         dump = {{ exclude_table_data = [\"log\"], no_owner = true, inserts = true }}\n\
         [[target]]\nname = \"other\"\nurl = \"{url}\"\ndatabases = [\"crm\"]\nglobals = false\n"
    ));
    for _ in 0..2 {
        let ran = night.run(&["backup"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
    let dumps = night.dumps("shop");
    assert_eq!(dumps.len(), 1, "by its own counts");
    assert!(dumps[0].ends_with(".sql.gz"), "{dumps:?}");
    let others = night.files().into_keys();
    let others =
        others.filter(|name| name.starts_with("other/crm/dumps/") && name.ends_with(".sql.xz"));
    assert_eq!(others.count(), 2, "by the whole's");
    let unpacked = Command::new("gzip")
        .arg("-dc")
        .arg(night.store().join(&dumps[0]))
        .output();
    let script = String::from_utf8(unpacked.expect("gzip starts").stdout).expect("text");
    assert!(
        script.contains("CREATE TABLE public.log")
            && script.contains("INSERT INTO public.customer")
    );
    assert!(!script.contains("INSERT INTO public.log") && !script.contains("OWNER TO"));
}
